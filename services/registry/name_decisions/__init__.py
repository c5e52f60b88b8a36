"""Name decisions: what people decided that texts mean."""
