"""Forms: an assignment as a file that a unit fills in offline and hands in."""
