"""Submissions: handed in, returned, handed in again, accepted."""
