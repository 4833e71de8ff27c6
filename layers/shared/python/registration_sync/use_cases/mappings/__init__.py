"""Save, preview and list mappings. Read `save_mapping` first."""
