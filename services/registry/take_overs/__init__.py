"""Take-overs: what a campaign has from the one above it."""
