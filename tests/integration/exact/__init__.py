"""One stream of hard messages for the tests of answers and, after them, for those that plant faults in it."""
