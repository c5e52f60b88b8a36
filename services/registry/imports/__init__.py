"""Imports: an office's workbook, read, reviewed and applied."""
