"""Commands about sources: files and pages of others that become messages."""
