"""Organizations: the units, their tree and their names."""
