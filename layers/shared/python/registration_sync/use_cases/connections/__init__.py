"""Create, change and remove connections and their schedules. Read `change_connection` first."""
