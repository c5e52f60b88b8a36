"""What Rollcall does beside what the plain servers and clients do, as ratios in one run."""
