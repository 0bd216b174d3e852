"""No file names a package registry's host or a folder of somebody's machine."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.architecture.sources import REPOSITORY, files

# Put together, so that this file passes its own check.
_HOSTS = tuple(
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("registry", "npmjs", "org"),
        ("registry", "yarnpkg", "com"),
        ("deb", "debian", "org"),
        ("security", "debian", "org"),
        ("archive", "ubuntu", "com"),
        ("proxy", "golang", "org"),
        ("crates", "io"),
        ("registry-1", "docker", "io"),
    )
)
_HOST = re.compile("|".join(map(re.escape, _HOSTS)), re.IGNORECASE)
_MACHINE_PATH = re.compile(
    r"(?<![\w./-])/(?:"
    + "|".join(("wo" + "rk", "ro" + "ot", r"ho" + r"me/\w+", r"Us" + r"ers/\w+"))
    + r"|opt/(?:py"
    + r"pi|wheels))(?=[/\s'\"`:,;)]|$)"
)


def text_violations(paths: Sequence[tuple[str, str]]) -> list[str]:
    """Lines that only mean something in one place; takes pairs of path and text."""
    return [
        f"{path}:{number}: names {found.group()}"
        for path, text in paths
        for number, line in enumerate(text.splitlines(), start=1)
        for pattern in (_HOST, _MACHINE_PATH)
        if (found := pattern.search(line))
    ]


def text_files(root: Path = REPOSITORY) -> Iterator[tuple[str, str]]:
    """Path and text of every file that is text."""
    for path in files(root):
        data = path.read_bytes()
        if b"\0" not in data:
            yield path.relative_to(root).as_posix(), data.decode("utf-8", errors="replace")
