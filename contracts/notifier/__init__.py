"""What notifier says and is asked."""
