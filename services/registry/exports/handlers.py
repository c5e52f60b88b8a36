"""Exports: the organizations as they stand."""

import asyncio
from typing import Literal

from chassis.access import Principal
from chassis.database import Database
from services.registry import rules
from services.registry.exports import store
from services.registry.exports.organizations import write_csv, write_xlsx


async def export_organizations(database: Database, format: Literal["xlsx", "csv"], actor: Principal) -> bytes:
    """The file; who may read the directory may have it as one."""
    rules.check_may_read(actor)
    async with database.reading() as connection:
        rows = await store.read_rows(connection)
    return await asyncio.to_thread(write_csv if format == "csv" else write_xlsx, rows)
