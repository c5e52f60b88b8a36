"""Keys: made, shown once, taken back."""
