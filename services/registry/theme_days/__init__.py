"""Theme days: a date, a name, its organisers."""
