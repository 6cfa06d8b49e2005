"""Entries: notes of every kind, with their fields, dates, places and authors."""
