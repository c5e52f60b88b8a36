"""Clashes: activities that overlap and share a host or the place."""
