"""Rounds of coding: the same texts coded blind by several, compared, and settled in one layer."""
