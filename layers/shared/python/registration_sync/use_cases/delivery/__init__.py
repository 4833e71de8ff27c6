"""Delivers files to an SFTP server, and checks connections. Read `deliver_files` first."""
