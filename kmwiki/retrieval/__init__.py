"""Coded passages, asked for by codes, places, dates, people, and how they stand to each other."""
