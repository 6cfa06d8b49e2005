"""The coding desk in a real browser."""
