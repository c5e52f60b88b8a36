"""Incidents: the ladder that each climbs while its legal limit runs out."""
