"""Contracts with the outside: engines, the API document, schemas."""
