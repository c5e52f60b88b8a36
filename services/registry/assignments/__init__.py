"""Assignments: one deliverable owed by one organization."""
