"""People, their sessions and tokens; projects and who belongs to them."""
