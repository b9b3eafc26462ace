"""Student data on the command line."""
