"""A database that counts what it is asked, statement by statement."""

from collections import Counter
from typing import Any

from psycopg import AsyncCursor
from psycopg.rows import DictRow

from storage.database import Database


class CountedDatabase(Database):
    """The real pools; each of their cursors notes what it executes."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        statements: Counter[str] = Counter()
        #: How often each statement was executed, by its first words.
        self.statements = statements

        class CountingCursor(AsyncCursor[DictRow]):
            async def execute(self, query: Any, *arguments: Any, **options: Any) -> Any:
                statements[_name(query)] += 1
                return await super().execute(query, *arguments, **options)

        for pool in (self.api, self.runs, self.system):
            assert isinstance(pool.kwargs, dict)
            pool.kwargs["cursor_factory"] = CountingCursor

    def taken(self) -> Counter[str]:
        """What was executed since this was asked last."""
        taken = Counter(self.statements)
        self.statements.clear()
        return taken


def _name(query: Any) -> str:
    text = query if isinstance(query, str) else query.as_string()
    return " ".join(text.split()[:6])
