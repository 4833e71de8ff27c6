"""SFTP over paramiko. Read `servers` first: it opens a session; `session` does the work."""
