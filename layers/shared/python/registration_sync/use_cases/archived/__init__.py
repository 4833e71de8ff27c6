"""Read and change the archived files of past runs. Read `fetch_resend` first."""
