"""Provinces, districts and tambons, and how people write their names."""
