"""What names a row within its source, so that the same row in two exports is one record."""

from hashlib import blake2b


def hashed(*parts: object) -> str:
    """A short hash of values that together name a row, or of a secret that must not be kept."""
    text = "\x1f".join("" if part is None else str(part) for part in parts)
    return blake2b(text.encode(), digest_size=8).hexdigest()


class RowKeys:
    """Keys for rows without an id: the time first, so that keys rise as files do.

    Rows that are equal in all their cells are told apart by counting them within one time, which
    holds for exports in order of time and needs no memory of the whole file.
    """

    def __init__(self) -> None:
        self._time = ""
        self._seen: dict[str, int] = {}

    def key(self, time: str, rest: str) -> str:
        """The key of the next row."""
        if time != self._time:
            self._time = time
            self._seen.clear()
        count = self._seen.get(rest, 0) + 1
        self._seen[rest] = count
        return f"{time}/{rest}" if count == 1 else f"{time}/{rest}#{count}"
