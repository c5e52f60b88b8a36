"""Why a file is no register, in words that the sender can act on."""


class NotASpreadsheet(Exception):
    """The file is of another kind: answered 415."""


class NotARegister(Exception):
    """The file is a spreadsheet and cannot be read as a register: answered 422."""
