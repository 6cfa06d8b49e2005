"""Work to be done later, kept in the same database as the data it is about."""
