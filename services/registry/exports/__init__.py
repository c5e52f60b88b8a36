"""Exports: the register's organizations as a spreadsheet that the import reads again."""
