"""Editions: the annex of chosen activities, frozen under a number, and what is another in the next."""
