"""How files are served: to be kept, never to be shown as a page of this service."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import quote

#: Whoever opens it all the same gets a page that can do nothing and belongs to nobody.
_SANDBOX: Final = "default-src 'none'; sandbox"


def file_headers(name: str) -> Mapping[str, str]:
    """The headers of a file that somebody downloads under this name."""
    plain = "".join(
        character if character.isascii() and character.isprintable() else "_" for character in name
    )
    plain = plain.replace('"', "_").replace("\\", "_").replace("/", "_")
    disposition = f'attachment; filename="{plain}"'
    if plain != name:
        disposition += f"; filename*=UTF-8''{quote(name, safe='')}"
    return {
        "Content-Disposition": disposition,
        "Content-Security-Policy": _SANDBOX,
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
    }
