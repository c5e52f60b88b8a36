"""Acknowledgements: what each addressee owes for an issued notice."""
