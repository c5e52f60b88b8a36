"""Successions: a unit merged into another or split into several, and what becomes of what it owes."""
