"""Why a file cannot be read, in words that the sender can act on."""


class WrongKind(Exception):
    """The file is of another kind than is read here."""


class Unreadable(Exception):
    """The file is of that kind, and what is asked for cannot be read from it."""
