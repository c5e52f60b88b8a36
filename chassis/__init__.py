"""How a Rollcall service runs: settings, clock, database, events, HTTP. Holds no word of the domain."""
