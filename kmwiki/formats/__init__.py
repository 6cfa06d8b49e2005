"""File formats: bytes to frozen dataclasses and back. Pure: no database, no files."""
