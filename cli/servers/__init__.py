"""Rollcall's own launcher of PostgreSQL and NATS: the real servers, from wheels, on loopback, out of one folder."""
