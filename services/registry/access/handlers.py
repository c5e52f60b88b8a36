"""Keys: issue one, revoke one."""

from uuid import UUID

from chassis import access
from chassis.access import Principal
from chassis.database import Database
from chassis.identity import new_id
from chassis.refusals import Unprocessable
from contracts.registry.keys import IssuedKey, IssueKey, Key, KeyIssued, KeyRevoked
from contracts.shapes import changed
from services.registry import rules
from services.registry.access import store
from services.registry.organizations import store as organizations


class ExpiresInThePast(Unprocessable):
    """A key that has expired already would open nothing."""


async def issue_key(database: Database, command: IssueKey, actor: Principal) -> IssuedKey:
    """Make a key; the answer shows it once, and only its hash is kept."""
    rules.check_may_keep_register(actor)
    secret = access.make_secret()
    async with database.transaction() as tx:
        if command.expires_at is not None and command.expires_at <= tx.now:
            raise ExpiresInThePast(f"expires_at is not after now, {tx.now.isoformat()}")
        await organizations.find(tx.connection, command.organization_id)
        key = Key(id=new_id(), version=1, created_at=tx.now, updated_at=tx.now, **command.model_dump())
        await store.insert(tx, key, access.hash_secret(secret))
        await tx.record(KeyIssued(key=key, secret_sha256=access.hash_secret(secret)), actor)
        # The kept answer, for the same Idempotency-Key again, holds no secret: that is shown once.
        tx.answer(key)
    return IssuedKey(**key.model_dump(), key=access.write_key(key.id, secret))


async def revoke_key(database: Database, id: UUID, actor: Principal) -> None:
    """Take a key back; a second time changes nothing. Every service refuses it within two seconds."""
    rules.check_may_keep_register(actor)
    async with database.transaction() as tx:
        key, secret_sha256 = await store.lock(tx, id)
        if key.revoked_at is not None:
            return
        revoked = changed(key, tx.now, revoked_at=tx.now)
        await store.save(tx, revoked, secret_sha256)
        await tx.record(KeyRevoked(key=revoked, secret_sha256=secret_sha256), actor)
