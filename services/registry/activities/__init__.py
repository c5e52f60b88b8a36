"""Activities: what is held, by which hosts, when and where."""
