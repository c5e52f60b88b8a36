"""Addressees: who is meant by a rule, now and later."""
