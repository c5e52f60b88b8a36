"""`rollcall demo`: the week of 2024, played over the public APIs on a fast clock, and checked."""
