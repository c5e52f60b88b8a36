"""Texts: in which words each occasion is told, the office's own before the built-in ones."""
