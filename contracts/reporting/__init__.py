"""What reporting says and is asked."""
