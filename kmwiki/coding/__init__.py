"""The codebook, and the passages coded with it."""
