"""Assistants: those that users make, in versions, beside the default one of each graph."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal
from uuid import UUID

from psycopg.rows import DictRow

from domain.assistants import Assistant
from domain.errors import Conflict, NotFound
from domain.identity import UserContext
from storage.audit_log import record
from storage.database import Database
from storage.json_columns import to_json
from storage.searches import escape_like, page_of
from storage.sql_files import load_statements

_SQL = load_statements("assistants")
_FIELDS = tuple(field.name for field in fields(Assistant))

AssistantOrder = Literal["assistant_id", "graph_id", "name", "created_at", "updated_at"]


@dataclass(frozen=True, slots=True)
class AssistantContent:
    """What a version of an assistant consists of; in a change, None leaves what there is."""

    graph_id: str | None = None
    name: str | None = None
    description: str | None = None
    config: Mapping[str, Any] | None = None
    context: Mapping[str, Any] | None = None
    metadata: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class AssistantSearch:
    """Which assistants, in which order, and which part of them."""

    #: Each of these keys with this value.
    metadata: Mapping[str, Any] = field(default_factory=dict[str, Any])
    graph_id: str | None = None
    #: A part of the name, in any case.
    name: str | None = None
    sort_by: AssistantOrder = "created_at"
    descending: bool = True
    limit: int = 10
    offset: int = 0


class AssistantRepository:
    """The assistants of one user at a time. Default ones belong to nobody and never change."""

    def __init__(self, database: Database, defaults: Sequence[Assistant] = ()) -> None:
        self._database = database
        self._defaults = {assistant.assistant_id: assistant for assistant in defaults}
        self._by_graph = {assistant.graph_id: assistant for assistant in defaults}
        self._default_rows = to_json(
            [{**asdict(assistant), "place": place} for place, assistant in enumerate(defaults)]
        )

    async def resolve(self, user: UserContext, text: str) -> Assistant:
        """The assistant with this id, or the default one of the graph with it.

        Raises `NotFound`.
        """
        if text in self._by_graph:
            return self._by_graph[text]
        try:
            assistant_id = UUID(text)
        except ValueError:
            raise NotFound("assistant", text) from None
        return await self.get(user, assistant_id)

    async def create(
        self, user: UserContext, assistant_id: UUID, content: AssistantContent
    ) -> Assistant:
        """Make an assistant, with all of its content; raises `Conflict` when the id is taken."""
        row = None
        if assistant_id not in self._defaults:
            row = await self._written("insert", "created", user, _columns(content), assistant_id)
        if row is None:
            raise Conflict(f"The assistant {assistant_id} exists already. Choose another id.")
        return _assistant(row)

    async def get(self, user: UserContext, assistant_id: UUID) -> Assistant:
        """One assistant as it is now; raises `NotFound`."""
        if assistant_id in self._defaults:
            return self._defaults[assistant_id]
        return _found(await self._row(user, "get", _key(user, assistant_id)), assistant_id)

    async def change(
        self, user: UserContext, assistant_id: UUID, content: AssistantContent
    ) -> Assistant:
        """Make the next version: metadata is laid over the old, the rest replaces it.

        Raises `NotFound`, and `Conflict` for a default assistant.
        """
        self.refuse_default(assistant_id)
        row = await self._written("change", "changed", user, _columns(content), assistant_id)
        return _found(row, assistant_id)

    async def use_version(self, user: UserContext, assistant_id: UUID, version: int) -> Assistant:
        """Make a version the one in use; raises `NotFound` for the assistant or its version."""
        assistant = await self.get(user, assistant_id)
        if assistant_id in self._defaults and version == assistant.version:
            return assistant
        chosen = {"version": version}
        row = await self._written("use_version", "changed", user, chosen, assistant_id)
        if row is None:
            raise NotFound(f"version of the assistant {assistant_id} with the number", str(version))
        return _assistant(row)

    async def versions(
        self, user: UserContext, assistant_id: UUID, search: AssistantSearch
    ) -> tuple[list[Assistant], int]:
        """An assistant's versions with the search's metadata, newest first, and their number.

        Raises `NotFound`.
        """
        assistant = await self.get(user, assistant_id)
        if assistant_id in self._defaults:
            is_wanted = search.metadata.items() <= assistant.metadata.items()
            return [assistant][search.offset :] if is_wanted else [], int(is_wanted)
        return await self._page(user, "versions", _key(user, assistant_id) | _part(search))

    async def delete(self, user: UserContext, assistant_id: UUID) -> None:
        """Delete an assistant with its versions.

        Raises `NotFound`, and `Conflict` for a default assistant.
        """
        self.refuse_default(assistant_id)
        _found(await self._written("delete", "deleted", user, {}, assistant_id), assistant_id)

    async def search(
        self, user: UserContext, search: AssistantSearch
    ) -> tuple[list[Assistant], int]:
        """The assistants that fit, default ones among them, and how many there are in all."""
        parameters = {
            **_owner(user),
            **_part(search),
            "defaults": self._default_rows,
            "graph_id": search.graph_id,
            "name": escape_like(search.name) if search.name else None,
            "sort_by": search.sort_by,
            "descending": search.descending,
        }
        return await self._page(user, "search", parameters)

    async def threads_of(self, user: UserContext, assistant_id: UUID, limit: int) -> list[UUID]:
        """Some of the threads that belong to an assistant."""
        parameters = _key(user, assistant_id) | {"limit": limit}
        async with self._database.acting_for(user) as connection:
            cursor = await connection.execute(_SQL["threads_of"], parameters)
            return [row["thread_id"] for row in await cursor.fetchall()]

    def refuse_default(self, assistant_id: UUID) -> None:
        """Raise `Conflict` for a default assistant."""
        if default := self._defaults.get(assistant_id):
            raise Conflict(
                f"This is the default assistant of the graph {default.graph_id}: it cannot be "
                "changed or deleted. Create an assistant of that graph and change that one."
            )

    async def _row(
        self, user: UserContext, statement: str, parameters: Mapping[str, Any]
    ) -> DictRow | None:
        async with self._database.acting_for(user) as connection:
            return await (await connection.execute(_SQL[statement], parameters)).fetchone()

    async def _written(
        self,
        statement: str,
        happened: str,
        user: UserContext,
        columns: Mapping[str, Any],
        assistant_id: UUID,
    ) -> DictRow | None:
        """The assistant after a change, which is noted if there was one."""
        parameters = {**_key(user, assistant_id), **columns}
        async with self._database.transaction(user) as connection:
            row = await (await connection.execute(_SQL[statement], parameters)).fetchone()
            if row is not None:
                details = {"name": row["name"], "version": row["version"]}
                action = f"assistant.{happened}"
                await record(
                    connection, user, action, "assistant", str(assistant_id), details=details
                )
        return row

    async def _page(
        self, user: UserContext, statement: str, parameters: dict[str, Any]
    ) -> tuple[list[Assistant], int]:
        async with self._database.acting_for(user) as connection:
            rows, total = await page_of(connection, _SQL[statement], parameters)
        return [_assistant(row) for row in rows], total


def _owner(user: UserContext) -> dict[str, Any]:
    return {"tenant_id": user.tenant_id, "user_id": user.user_id}


def _key(user: UserContext, assistant_id: UUID) -> dict[str, Any]:
    return {**_owner(user), "assistant_id": assistant_id}


def _part(search: AssistantSearch) -> dict[str, Any]:
    return {
        "metadata": to_json(search.metadata, default=str),
        "limit": search.limit,
        "offset": search.offset,
    }


def _columns(content: AssistantContent) -> dict[str, Any]:
    columns: dict[str, Any] = asdict(content)
    for name in ("config", "context", "metadata"):
        if columns[name] is not None:
            columns[name] = to_json(columns[name], default=str)
    return columns


def _assistant(row: Mapping[str, Any]) -> Assistant:
    return Assistant(**{name: row[name] for name in _FIELDS})


def _found(row: DictRow | None, assistant_id: UUID) -> Assistant:
    if row is None:
        raise NotFound("assistant", str(assistant_id))
    return _assistant(row)
