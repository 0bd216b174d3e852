"""Where a person may be sent on to after signing in: only to pages of this service."""

from typing import Final
from urllib.parse import urlsplit

#: Where the pages are.
HOME: Final = "/app/"


def own_path(wanted: str | None) -> str:
    """The path to go on to; home when what is wanted leads, or might lead, elsewhere."""
    if not wanted or not wanted.startswith("/") or wanted.startswith(("//", "/\\")):
        return HOME
    if any(ord(letter) < 0x21 or letter == "\\" for letter in wanted):
        return HOME
    try:
        parts = urlsplit(wanted)
    except ValueError:
        return HOME
    return wanted if not parts.scheme and not parts.netloc else HOME
