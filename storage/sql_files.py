"""Named SQL: `.sql` files whose statements are called by name.

A statement starts with a line `-- name --`, then a sentence as a comment, then the SQL.
"""

import re
from collections.abc import Mapping
from importlib.resources import files
from typing import LiteralString, cast

_NAME = re.compile(r"^-- (\w+) --\s*$", re.MULTILINE)


def load_statements(noun: str) -> Mapping[str, LiteralString]:
    """All statements of `storage/sql/<noun>.sql` by name.

    Our own package data, so the text is as literal as source code is.
    """
    text = (files("storage") / "sql" / f"{noun}.sql").read_text(encoding="utf-8")
    parts = _NAME.split(text)
    names, bodies = parts[1::2], parts[2::2]
    return {
        name: cast(LiteralString, _lean(body)) for name, body in zip(names, bodies, strict=True)
    }


def _lean(body: str) -> str:
    """A statement without its comments and indentation.

    psycopg remembers how it translated a statement only up to 4,096 characters.
    """
    lines = (line.strip() for line in body.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("--"))
