"""Counting words and seeing them in their contexts, over exactly the texts that a search finds."""
