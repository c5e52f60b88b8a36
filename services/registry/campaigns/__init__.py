"""Campaigns: a theme, its days, who issues it."""
