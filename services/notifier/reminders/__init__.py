"""Reminders: when an assignment is chased, and whom to tell."""
