"""Snapshots: figures of one moment, numbered and hashed, that never change."""
