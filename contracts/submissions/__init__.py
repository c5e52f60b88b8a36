"""What submissions says and is asked."""
