"""What `up --with clinical` shows."""
