"""Policies: each campaign's ladder of reminders."""
