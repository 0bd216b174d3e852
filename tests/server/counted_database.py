"""A database that counts what it is asked, statement by statement."""

from collections import Counter
from typing import Any

from psycopg import AsyncCursor
from psycopg.rows import DictRow
from psycopg_pool import AsyncConnectionPool

from storage.database import Database


def count(*pools: AsyncConnectionPool[Any]) -> Counter[str]:
    """How often connections that these pools make from now on execute each statement.

    Statements go by their first words.
    """
    statements: Counter[str] = Counter()

    class CountingCursor(AsyncCursor[DictRow]):
        async def execute(self, query: Any, *arguments: Any, **options: Any) -> Any:
            statements[_name(query)] += 1
            return await super().execute(query, *arguments, **options)

    for pool in pools:
        assert isinstance(pool.kwargs, dict)
        pool.kwargs["cursor_factory"] = CountingCursor
    return statements


class CountedDatabase(Database):
    """The real pools; each of their cursors notes what it executes."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        #: How often each statement was executed.
        self.statements = count(self.api, self.runs, self.system)

    def taken(self) -> Counter[str]:
        """What was executed since this was asked last."""
        taken = Counter(self.statements)
        self.statements.clear()
        return taken


def _name(query: Any) -> str:
    text = query if isinstance(query, str) else query.as_string()
    return " ".join(text.split()[:6])
