"""Carries approved student registrations from SchoolMint Enroll to a SIS, as CSV files by SFTP."""
