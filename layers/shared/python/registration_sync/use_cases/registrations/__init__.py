"""Take registrations, and remove them. Read `sync_registrations` first."""
