"""Contacts: where a unit is told things. Never said on the bus."""
