"""The headers of a request, read once for everything at the edge."""

from collections.abc import Iterable, Mapping
from typing import Final

from starlette.types import Scope

_KEY: Final = "goldenpath.headers"


def headers_of(scope: Scope) -> Mapping[bytes, bytes]:
    """Headers by name; the values of one that came several times are joined, as HTTP reads them.

    So a second `Host` or `Origin` makes a value that fits nothing, and hides behind none.
    """
    known: Mapping[bytes, bytes] | None = scope.get(_KEY)
    if known is None:
        pairs: list[tuple[bytes, bytes]] = scope["headers"]
        known = dict(pairs)
        if len(known) != len(pairs):
            known = _joined(pairs)
        scope[_KEY] = known
    return known


def text_of(scope: Scope, name: bytes) -> str | None:
    """One header as text."""
    value = headers_of(scope).get(name)
    return None if value is None else value.decode("latin-1")


def _joined(pairs: Iterable[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    joined: dict[bytes, bytes] = {}
    for name, value in pairs:
        joined[name] = joined[name] + b", " + value if name in joined else value
    return joined
