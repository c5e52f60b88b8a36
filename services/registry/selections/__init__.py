"""Selections: many activities nominated, shortlisted or chosen at once, and the numbers of the chosen."""
