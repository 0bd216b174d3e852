"""Secret values in the hands of code: shown to nobody, and masked wherever they turn up."""

import base64
import json
import re
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NoReturn
from urllib.parse import quote, quote_plus

from domain.masking import MASK

#: A shorter value would be masked in words that have nothing to do with it.
_LEAST_CHARACTERS: Final = 6
#: How often a text may be written as JSON inside JSON.
_MOST_ESCAPES: Final = 3
#: Secrets in use at the same time; the longest unused is forgotten first.
_MOST_SECRETS: Final = 512


class Revealed:
    """The secrets of a connection at the moment of a call.

    They show themselves to nobody by accident: neither printed, compared, pickled nor put into a
    graph's state, which knows connections by their ids only.
    """

    __slots__ = ("_secrets", "kind", "settings")

    def __init__(self, kind: str, settings: Mapping[str, str], secrets: Mapping[str, str]) -> None:
        self.kind = kind
        self.settings = settings
        self._secrets = dict(secrets)

    def __getitem__(self, name: str) -> str:
        """One secret value; raises `KeyError`."""
        return self._secrets[name]

    def __repr__(self) -> str:
        return f"Revealed({self.kind!r}, {', '.join(self._secrets)})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("Secrets are not stored. Keep the connection's id and reveal it again.")


class SecretMask:
    """Knows the secrets that are in use in this process, and takes them out of what leaves it."""

    def __init__(self) -> None:
        self._secrets: OrderedDict[str, None] = OrderedDict()
        self._pattern: re.Pattern[str] | None = None
        self._bytes: re.Pattern[bytes] | None = None

    @property
    def is_empty(self) -> bool:
        """Whether no secret is in use, so that nothing needs masking."""
        return self._pattern is None

    def add(self, values: Iterable[str]) -> None:
        """Mask these values from now on."""
        for value in values:
            self._secrets.pop(value, None)
            self._secrets[value] = None
        while len(self._secrets) > _MOST_SECRETS:
            self._secrets.popitem(last=False)
        forms = {form for value in self._secrets for form in _forms(value)}
        # The longest first: one may be a part of another.
        written = sorted(forms, key=len, reverse=True)
        if written:
            self._pattern = re.compile("|".join(map(re.escape, written)))
            self._bytes = re.compile(b"|".join(re.escape(form.encode()) for form in written))

    def add_revealed(self, settings: Mapping[str, str], secrets: Mapping[str, str]) -> None:
        """Mask a connection's secrets, also as HTTP's basic sign-in sends them."""
        pairs = [f"{settings.get('username', '')}:{value}" for value in secrets.values()]
        self.add([*secrets.values(), *map(_base64, pairs)])

    def text(self, text: str) -> str:
        """The text without secrets."""
        return self._pattern.sub(MASK, text) if self._pattern else text

    def data(self, data: bytes) -> bytes:
        """Bytes without secrets, of the same length: what counts its bytes still does."""
        if self._bytes is None:
            return data
        return self._bytes.sub(lambda found: b"*" * len(found.group()), data)


def _forms(value: str) -> Iterator[str]:
    """A value as it may turn up: in JSON, in an address, in base64."""
    if len(value) < _LEAST_CHARACTERS:
        return
    # A provider's JSON is text in a message, which is JSON in an event, and that in a stream.
    written = {value}
    for _ in range(_MOST_ESCAPES):
        written |= {escaped for text in written for escaped in _escaped(text)}
    yield from written
    yield quote(value, safe="")
    yield quote_plus(value)
    # Padding depends on what stands behind it.
    yield _base64(value).rstrip("=")


def _escaped(text: str) -> Iterator[str]:
    yield json.dumps(text)[1:-1]
    yield json.dumps(text, ensure_ascii=False)[1:-1]
    yield repr(text)[1:-1]


def _base64(value: str) -> str:
    return base64.b64encode(value.encode()).decode()
