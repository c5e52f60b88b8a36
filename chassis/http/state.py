"""What a route needs of the running service."""

from typing import Annotated

from fastapi import Depends, Request

from chassis.database import Database
from chassis.files.uploads import Files


async def _database(request: Request) -> Database:
    found: Database = request.app.state.database
    return found


Db = Annotated[Database, Depends(_database)]


async def _files(request: Request) -> Files:
    found: Files = request.app.state.files
    return found


FileDesk = Annotated[Files, Depends(_files)]
