"""Owns submissions, their versions and reviews."""
