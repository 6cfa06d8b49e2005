"""Places: provinces, districts and tambons, their names and aliases, and how a written place is understood."""
