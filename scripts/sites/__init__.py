"""`windowpane sites`: sites of merchants, at the command line."""
