"""Attachments: files that notices and activities name."""
