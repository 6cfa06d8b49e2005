"""Passages pinned to a revision, with an address of their own, shown live in other texts."""
