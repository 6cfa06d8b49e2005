"""Who may do what, and the secrets that prove who somebody is."""
