"""Keys: issue one, change one, rotate one, revoke one, and show them."""

from uuid import UUID

from chassis import access
from chassis.access import Principal
from chassis.connections import Connection
from chassis.database import Database, Transaction
from chassis.identity import new_id
from chassis.refusals import check_version
from contracts.registry.keys import (
    ChangeKey,
    IssuedKey,
    IssueKey,
    Key,
    KeyChanged,
    KeyIssued,
    KeyRevoked,
    RotateKey,
    ShownKey,
)
from services.registry import rules
from services.registry.access import keeping, model, store
from services.registry.organizations import store as organizations


async def issue_key(database: Database, command: IssueKey, actor: Principal) -> IssuedKey:
    """Make a key; the answer shows it once, and only its hash is kept."""
    rules.check_may_keep_register(actor)
    async with database.transaction() as tx:
        # Standing first: outside of what the caller keeps, what there is is answered as what there is not.
        standing = await keeping.read_standing(tx.connection, actor, command.organization_id)
        rules.check_may_issue_key(actor, standing, command.role)
        owner = await organizations.find(tx.connection, command.organization_id)
        return await _insert(tx, model.issue(command, owner, new_id(), tx.now), actor)


async def change_key(
    database: Database, id: UUID, command: ChangeKey, expected: int, actor: Principal
) -> ShownKey:
    """Give a key another label or another end."""
    rules.check_may_keep_register(actor)
    async with database.transaction() as tx:
        present, secret_sha256 = await _lock(tx, id, expected, actor)
        changed = model.change(present, command.sent(), tx.now)
        if changed.expires_at is not None:
            await store.check_not_the_last(tx, present)
        await store.save(tx, changed, secret_sha256)
        await tx.record(KeyChanged(key=changed, secret_sha256=secret_sha256), actor)
        return model.show(changed, await store.read_last_use(tx.connection, id), tx.now)


async def rotate_key(
    database: Database, id: UUID, command: RotateKey, expected: int | None, actor: Principal
) -> IssuedKey:
    """Make another key for the same unit and role; the old one opens until the overlap has passed."""
    rules.check_may_keep_register(actor)
    async with database.transaction() as tx:
        present, secret_sha256 = await _lock(tx, id, expected, actor)
        standing = await keeping.read_standing(tx.connection, actor, present.organization_id)
        rules.check_may_issue_key(actor, standing, present.role)
        owner = await organizations.find(tx.connection, present.organization_id)
        old, new = model.rotate(present, command, owner, new_id(), tx.now)
        issued = await _insert(tx, new, actor)
        await store.check_not_the_last(tx, present)
        await store.save(tx, old, secret_sha256)
        await tx.record(KeyChanged(key=old, secret_sha256=secret_sha256), actor)
        return issued


async def revoke_key(database: Database, id: UUID, actor: Principal) -> None:
    """Take a key back; a second time changes nothing. Every service refuses it within two seconds."""
    rules.check_may_keep_register(actor)
    async with database.transaction() as tx:
        present, secret_sha256 = await _lock(tx, id, None, actor)
        revoked = model.revoke(present, tx.now)
        if revoked is present:
            return
        await store.check_not_the_last(tx, present)
        await store.save(tx, revoked, secret_sha256)
        await tx.record(KeyRevoked(key=revoked, secret_sha256=secret_sha256), actor)


async def find_key(database: Database, id: UUID, actor: Principal) -> ShownKey:
    """One key of those that the caller keeps, with its state and last use."""
    rules.check_may_keep_register(actor)
    async with database.reading() as connection:
        key = await _find_kept(connection, id, actor)
        return model.show(key, await store.read_last_use(connection, id), database.clock.now())


async def _find_kept(connection: Connection, id: UUID, actor: Principal) -> Key:
    key = await store.find(connection, id)
    await keeping.check_keeps(connection, actor, key.organization_id, "key", id)
    return key


async def _lock(tx: Transaction, id: UUID, expected: int | None, actor: Principal) -> tuple[Key, str]:
    key, secret_sha256 = await store.lock(tx, id)
    await keeping.check_keeps(tx.connection, actor, key.organization_id, "key", id)
    check_version(key.version, expected)
    return key, secret_sha256


async def _insert(tx: Transaction, key: Key, actor: Principal) -> IssuedKey:
    secret = access.make_secret()
    await store.insert(tx, key, access.hash_secret(secret))
    await tx.record(KeyIssued(key=key, secret_sha256=access.hash_secret(secret)), actor)
    shown = model.show(key, None, tx.now)
    # The kept answer, for the same Idempotency-Key again, holds no secret: that is shown once.
    tx.answer(shown)
    return IssuedKey(**shown.model_dump(), key=access.write_key(key.id, secret))
