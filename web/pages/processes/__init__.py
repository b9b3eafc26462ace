"""`/processes`: what is asked of records over and over, and what came of it."""
