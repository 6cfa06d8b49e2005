"""Threads of comments; each comment is a source of its own."""
