"""What `up --with epidemic` shows."""
