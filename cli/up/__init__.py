"""`rollcall up`: one machine, nothing installed, everything running."""
