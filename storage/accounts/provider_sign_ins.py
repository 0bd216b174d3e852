"""Sign-ins under way at a provider: what must come back with the person who was sent there."""

from dataclasses import dataclass
from typing import Any, Final

from domain.errors import LinkSpent
from storage.database import Database
from storage.sql_files import load_statements

_SQL = load_statements("provider_sign_ins")

#: How long a person may take at the provider, seconds.
GOOD_S: Final = 600.0


@dataclass(frozen=True, slots=True)
class UnderWay:
    """What a sign-in is checked against when it comes back."""

    nonce: str
    #: PKCE's secret half.
    verifier: str
    #: Who links an account elsewhere; None for a plain sign-in.
    user_id: str | None
    #: The one-time link that somebody came with.
    invitation: str | None
    next_path: str


@dataclass(frozen=True, slots=True)
class ComesBack:
    """What tells one sign-in from all others, and whose browser it is."""

    state_hash: bytes
    browser_hash: bytes
    provider: str


class ProviderSignIns:
    """All sign-ins that are under way."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(self, key: ComesBack, sign_in: UnderWay) -> None:
        """Keep what a sign-in will be checked against."""
        parameters = _values(key) | {
            "nonce": sign_in.nonce,
            "verifier": sign_in.verifier,
            "user_id": sign_in.user_id,
            "invitation": sign_in.invitation,
            "next_path": sign_in.next_path,
        }
        async with self._database.api.connection() as connection:
            await connection.execute(_SQL["insert"], parameters)

    async def take(self, key: ComesBack) -> UnderWay:
        """What was kept, once; raises `LinkSpent` for a foreign, used or late one."""
        async with self._database.api.connection() as connection:
            cursor = await connection.execute(_SQL["take"], _values(key) | {"good_s": GOOD_S})
            row = await cursor.fetchone()
        if row is None:
            raise LinkSpent
        return UnderWay(**row)


def _values(key: ComesBack) -> dict[str, Any]:
    return {
        "state_hash": key.state_hash,
        "browser_hash": key.browser_hash,
        "provider": key.provider,
    }
