"""Deliverables: what is owed, by whom, by when."""
