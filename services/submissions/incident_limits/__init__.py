"""Incident limits: how many hours each kind of unit has to report an incident."""
