"""Incidents: what has happened, told at once and read by few."""
