"""Sealing: text that only a holder of the key can read, under keys that can be rotated (Fernet)."""

from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet


class WrongKey(Exception):
    """None of the keys opens what was sealed."""


class Sealer:
    """Seals with the first key, opens with any."""

    def __init__(self, keys: Sequence[str]) -> None:
        """Keys as `make_key` makes them; ValueError for one that is none."""
        fernets = [Fernet(key) for key in keys]
        self._newest = fernets[0]
        self._all = MultiFernet(fernets)

    def seal(self, text: str) -> str:
        """A token, another one each time."""
        return self._newest.encrypt(text.encode()).decode()

    def open(self, token: str) -> str:
        """What was sealed, or WrongKey."""
        try:
            return self._all.decrypt(token).decode()
        except InvalidToken:
            raise WrongKey("none of the keys opens what was sealed") from None

    def is_newest(self, token: str) -> bool:
        """Whether it was sealed with the first key, and so needs none of the others."""
        try:
            self._newest.decrypt(token)
        except InvalidToken:
            return False
        return True


def make_key() -> str:
    """A new key."""
    return Fernet.generate_key().decode()


def read_keys(text: str) -> list[str]:
    """The keys of a setting, parted by commas."""
    return [key.strip() for key in text.split(",") if key.strip()]
