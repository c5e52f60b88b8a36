"""Owns nothing: read models and exports made of what the others say."""
