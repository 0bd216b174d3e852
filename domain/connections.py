"""Connections: how a user's runs sign in to services outside, and what each kind of it needs."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final, Literal
from uuid import UUID

from domain.errors import InvalidInput

ConnectionStatus = Literal["active", "off"]

#: Of one field; private keys take 3,000 characters.
MOST_CHARACTERS: Final = 8_000
#: A shorter secret would be masked in words that have nothing to do with it.
LEAST_SECRET_CHARACTERS: Final = 6
MOST_NAME_CHARACTERS: Final = 100

#: A header's name by the standard.
_HEADER_NAME: Final = r"[A-Za-z0-9!#$%&'*+.^_`|~-]+"
#: What fits into a header.
ONE_LINE: Final = r"[^\r\n]+"
ADDRESS: Final = r"https?://[^\s/@?#]+(/[^\s?#]*)?"


@dataclass(frozen=True, slots=True)
class ConnectionField:
    """One value that a kind of connection needs."""

    name: str
    title: str
    #: Kept encrypted and never shown again.
    is_secret: bool = False
    is_required: bool = True
    help: str = ""
    #: What its values look like, whole.
    pattern: str | None = None


@dataclass(frozen=True, slots=True)
class ConnectionKind:
    """One way to sign in somewhere."""

    name: str
    title: str
    help: str
    fields: tuple[ConnectionField, ...]

    def secret_names(self) -> frozenset[str]:
        """The fields that are kept encrypted."""
        return frozenset(field.name for field in self.fields if field.is_secret)


@dataclass(frozen=True, slots=True)
class Connection:
    """A connection as anybody may see it: of its secrets only which are set, and since when."""

    connection_id: UUID
    name: str
    kind: str
    settings: Mapping[str, str]
    secrets_set: Sequence[str]
    secrets_set_at: datetime
    status: ConnectionStatus
    created_at: datetime
    updated_at: datetime
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class ConnectionValues:
    """The values of a connection, checked and told apart."""

    settings: Mapping[str, str]
    secrets: Mapping[str, str]


_BASE_URL: Final = ConnectionField(
    "base_url",
    "Address",
    is_required=False,
    help="The credentials are sent there and nowhere else, such as https://api.example.com.",
    pattern=ADDRESS,
)

#: The kinds that come with the service, for whatever is called by HTTP.
BUILT_IN_KINDS: Final = (
    ConnectionKind(
        "api_key",
        "API key",
        "A key that is sent as a bearer token.",
        (_BASE_URL, ConnectionField("api_key", "API key", is_secret=True, pattern=ONE_LINE)),
    ),
    ConnectionKind(
        "basic",
        "User name and password",
        "HTTP's basic sign-in.",
        (
            _BASE_URL,
            ConnectionField("username", "User name", pattern=r"[^:\r\n]+"),
            ConnectionField("password", "Password", is_secret=True, pattern=ONE_LINE),
        ),
    ),
    ConnectionKind(
        "http_header",
        "HTTP header",
        "Any header with a secret value.",
        (
            _BASE_URL,
            ConnectionField("header", "Header", help="Such as X-Api-Key.", pattern=_HEADER_NAME),
            ConnectionField("value", "Value", is_secret=True, pattern=ONE_LINE),
        ),
    ),
)


class ConnectionKinds:
    """The kinds that there are: the built-in ones, and those that integrations bring."""

    def __init__(self, more: Iterable[ConnectionKind] = ()) -> None:
        kinds = {kind.name: kind for kind in (*BUILT_IN_KINDS, *more)}
        self._kinds: Mapping[str, ConnectionKind] = MappingProxyType(kinds)

    def all(self) -> list[ConnectionKind]:
        """Every kind, by title."""
        return sorted(self._kinds.values(), key=lambda kind: kind.title)

    def get(self, name: str) -> ConnectionKind:
        """One kind; raises `InvalidInput`."""
        if name not in self._kinds:
            raise InvalidInput(
                f"kind: there is no such kind of connection. Use one of {', '.join(self._kinds)}."
            )
        return self._kinds[name]


def checked_name(name: str) -> str:
    """The name of a connection without spaces around it; raises `InvalidInput`."""
    name = name.strip()
    if not name or len(name) > MOST_NAME_CHARACTERS or not name.isprintable():
        raise InvalidInput(
            f"name: give the connection a name of 1 to {MOST_NAME_CHARACTERS} characters on one "
            "line."
        )
    return name


def checked_values(
    kind: ConnectionKind,
    settings: Mapping[str, str] | None,
    secrets: Mapping[str, str] | None,
) -> ConnectionValues:
    """All values of a new connection, or of the one half that is given; raises `InvalidInput`.

    What is wrong is said by the field's name, never by its value.
    """
    return ConnectionValues(
        _half(kind, settings, is_secret=False), _half(kind, secrets, is_secret=True)
    )


def _half(
    kind: ConnectionKind, given: Mapping[str, str] | None, *, is_secret: bool
) -> Mapping[str, str]:
    if given is None:
        return {}
    fields = {field.name: field for field in kind.fields if field.is_secret is is_secret}
    for name in given:
        if name not in fields:
            half = "secrets" if is_secret else "settings"
            raise InvalidInput(
                f"{half}: a connection of the kind {kind.name} has no such field there. It has "
                f"{', '.join(fields) or 'none'}."
            )
    found = {name: _checked(field, given.get(name, "")) for name, field in fields.items()}
    return {name: value for name, value in found.items() if value}


def _checked(field: ConnectionField, value: str) -> str:
    value = value.strip()
    if not value:
        if field.is_required:
            raise InvalidInput(f"{field.name}: a value is needed.")
        return ""
    if len(value) > MOST_CHARACTERS:
        raise InvalidInput(f"{field.name}: no more than {MOST_CHARACTERS} characters fit.")
    if "\x00" in value or (not value.isascii() and not _is_text(value)):
        raise InvalidInput(f"{field.name}: the value holds characters that cannot be kept.")
    if field.is_secret and len(value) < LEAST_SECRET_CHARACTERS:
        raise InvalidInput(
            f"{field.name}: a secret has at least {LEAST_SECRET_CHARACTERS} characters."
        )
    if field.pattern and not re.fullmatch(field.pattern, value):
        hint = f" {field.help}" if field.help else ""
        raise InvalidInput(f"{field.name}: the value is not of the form that is needed.{hint}")
    return value


def _is_text(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
