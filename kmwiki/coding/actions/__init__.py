"""What each person has done on an entry's codings: noted, undone, done again, and told to the others."""
