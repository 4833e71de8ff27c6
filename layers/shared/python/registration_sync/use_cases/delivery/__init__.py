"""Deliver files to an SFTP server, and check that it works. Read `deliver_files` first."""
