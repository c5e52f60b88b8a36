"""Channels: a file each, all of one shape: take a message to an address, or say why not."""
