"""Creates, changes and removes connections and their schedules. Read `change_connection` first."""
