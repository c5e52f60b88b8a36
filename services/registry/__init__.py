"""Owns organizations, keys, campaigns, notices, activities, deliverables and assignments."""
