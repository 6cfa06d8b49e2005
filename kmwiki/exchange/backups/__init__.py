"""Backups: one file that holds an instance, is checked before it is trusted, and goes in whole or not at all."""
