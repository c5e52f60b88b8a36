"""Identities: UUIDv7, so that rows made together lie together."""

from uuid import UUID

import uuid_utils
import uuid_utils.compat


def new_id() -> UUID:
    """A new UUIDv7 (RFC 9562)."""
    return uuid_utils.compat.uuid7()


def new_name() -> str:
    """The same as text, where nobody wants more of it."""
    return str(uuid_utils.uuid7())
