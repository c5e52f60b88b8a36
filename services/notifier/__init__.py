"""Owns contacts, reminder policies, notifications and deliveries."""
