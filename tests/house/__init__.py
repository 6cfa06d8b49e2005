"""Tests that hold the house to its rules."""
