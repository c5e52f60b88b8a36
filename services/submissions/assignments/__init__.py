"""Assignments, as the units that owe them see them."""
