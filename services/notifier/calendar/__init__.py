"""The calendar: the office's own days off and worked, by which rungs are counted."""
