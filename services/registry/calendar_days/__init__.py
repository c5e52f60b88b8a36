"""Calendar days: the office's own table over the published calendar."""
