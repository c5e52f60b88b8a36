"""Summaries: once a day to the coordinator and each overseer, instead of a message a unit."""
