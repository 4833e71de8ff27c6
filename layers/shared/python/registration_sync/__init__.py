"""Carries approved student registrations from SchoolMint Enroll to a SIS, as CSV files over SFTP."""
