"""People: who may manage them, and each change of a person. Read `manage_person` first."""
