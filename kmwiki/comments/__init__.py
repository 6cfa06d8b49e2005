"""Comments: threads under an entry or about a passage of it; each is a source with revisions of its own."""
