"""Memos on project, code, entry, coding and comment; each is a source, linked to others and to quotes."""
