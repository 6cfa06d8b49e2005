"""Benchmarks: `make bench` prints one table, each figure beside the limit or the peer it is held against."""
