"""The only modules that speak to AWS or to SFTP servers."""
