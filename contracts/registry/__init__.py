"""What registry says and is asked."""
