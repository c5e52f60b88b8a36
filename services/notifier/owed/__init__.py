"""Owed: everything that is chased, kept from what registry and submissions say."""
