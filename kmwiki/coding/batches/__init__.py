"""Passages coded together out of a search or proposed from what is coded: apart until somebody accepts them."""
