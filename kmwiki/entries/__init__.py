"""Entries: the notes of a project, their kinds with their own fields, and what stands around their texts."""
