"""kmwiki: a wiki and qualitative-coding tool for Thai community-welfare research."""
