"""What searches have in common: texts as patterns, and pages with how many there are in all."""

from collections.abc import Mapping
from typing import Any, LiteralString

from psycopg.rows import DictRow

from storage.database import Connection


def without_nul(text: str | None) -> str | None:
    """A text as it can be stored: nothing that is has a NUL character."""
    return None if text is None else text.replace("\x00", "")


def escape_like(text: str) -> str:
    """A text as the part of a pattern that means just this text."""
    text = text.replace("\x00", "")
    return text.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")


async def page_of(
    connection: Connection, statement: LiteralString, parameters: Mapping[str, Any]
) -> tuple[list[DictRow], int]:
    """A page's rows and how many there are in all, which each of them says as `total`."""
    rows = await (await connection.execute(statement, parameters)).fetchall()
    if not rows and parameters["offset"]:
        # Behind the last page no row says how many there are; the first page's do.
        first = {**parameters, "limit": 1, "offset": 0}
        row = await (await connection.execute(statement, first)).fetchone()
        return [], row["total"] if row else 0
    return rows, rows[0]["total"] if rows else 0
