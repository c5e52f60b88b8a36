"""History: where units stood, and from when on the past is known."""
