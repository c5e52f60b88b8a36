"""Notices, and the acknowledgements that are owed for them."""
