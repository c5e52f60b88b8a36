"""A server's folder, for its owner's eyes, and the passwords that are kept in it."""

import json
import secrets
from pathlib import Path

from cli.refusal import CannotStart
from cli.up.folder import write_private


def make_folder(folder: Path) -> None:
    """Make it if need be, and refuse one that cannot be written."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_private(folder / "writable", "")
        (folder / "writable").unlink()
    except OSError as error:
        raise CannotStart(
            f"{folder} cannot be written ({error.strerror}); expected a folder that can"
        ) from None


class Passwords:
    """Each made once, of letters, digits, - and _, and kept in a file that only the owner reads."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def of(self, user: str) -> str:
        """The password of `user`; CannotStart if the file cannot be read."""
        known = self._read()
        if user not in known:
            known[user] = secrets.token_urlsafe(24)
            write_private(self.path, json.dumps(known))
        return known[user]

    def _read(self) -> dict[str, str]:
        try:
            known = json.loads(self.path.read_text())
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            raise CannotStart(
                f"{self.path} cannot be read ({error}); expected the passwords kept there"
            ) from None
        if not isinstance(known, dict) or not all(isinstance(password, str) for password in known.values()):
            raise CannotStart(f"{self.path} holds no passwords; expected a JSON object from user to password")
        return known
