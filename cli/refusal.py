"""What a command refuses to begin with."""


class CannotStart(Exception):
    """One clear line: what is wrong, and what was expected. The command ends with status 2."""
