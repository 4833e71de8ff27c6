"""Saves, previews and lists mappings. Read `save_mapping` first."""
