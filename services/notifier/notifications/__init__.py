"""Notifications: what is said to whom and why, recorded before it is tried."""
