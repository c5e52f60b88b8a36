"""Urges 催办: a person chases those who still owe, at most once within a set time."""
