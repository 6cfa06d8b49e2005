"""What happened: append-only, one row for every verb of a service."""
