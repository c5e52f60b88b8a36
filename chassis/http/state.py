"""What a route needs of the running service."""

from typing import Annotated

from fastapi import Depends, Request

from chassis.database import Database


async def _database(request: Request) -> Database:
    found: Database = request.app.state.database
    return found


Db = Annotated[Database, Depends(_database)]
