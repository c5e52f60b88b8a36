"""Exports: a file a kind, made of the read models."""
