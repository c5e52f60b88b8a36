"""Attachments: files that units hand over, and name when they hand in."""
