"""Store and remove registrations. Read `sync_registrations` first."""
