"""Deliveries: claimed, sent, recorded; no transaction is open while anything is sent."""
