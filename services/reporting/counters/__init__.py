"""Counters, kept by the differences of rows: what the figures are read from."""
