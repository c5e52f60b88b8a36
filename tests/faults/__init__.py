"""Faults that take minutes: each a program of its own, run by `make faults`."""
