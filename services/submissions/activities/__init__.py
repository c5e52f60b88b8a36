"""Activities, as far as an incident names one: a copy of which there are, and of which campaign."""
