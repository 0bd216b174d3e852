"""What the documents say is true: settings, targets, links."""

import re
from pathlib import Path

import pytest

from server.settings import Settings, setting_names
from tests.architecture.sources import REPOSITORY

DOCUMENTS = sorted([*REPOSITORY.glob("*.md"), *REPOSITORY.glob("docs/*.md")])
_TABLE = re.compile(r"<!-- settings: .*? -->\n(.*?)\n?<!-- /settings -->", re.DOTALL)
_LINK = re.compile(r"\]\(([^)#\s]+)[^)]*\)")
_MAKE = re.compile(r"\bmake ([a-z][a-z-]*)")


def settings_table() -> str:
    """The table as README.md should show it."""
    rows = ["| variable | default | what it sets |", "| --- | --- | --- |"]
    for name, variable in setting_names().items():
        info = Settings.model_fields[name]
        default = "" if info.default is None else f"`{info.default}`"
        rows.append(f"| `{variable}` | {default} | {info.description} |")
    return "\n".join(rows)


def test_the_readme_lists_every_setting_with_its_default() -> None:
    found = _TABLE.search((REPOSITORY / "README.md").read_text("utf-8"))
    assert found, "README.md has lost the marks around its settings table"
    assert found.group(1) == settings_table(), f"Paste into README.md:\n{settings_table()}"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_between_documents_lead_somewhere(document: Path) -> None:
    targets = [
        target
        for target in _LINK.findall(document.read_text("utf-8"))
        if not target.startswith(("http://", "https://"))
    ]
    assert [target for target in targets if not (document.parent / target).exists()] == []


def test_documents_name_only_targets_that_the_makefile_has() -> None:
    makefile = (REPOSITORY / "Makefile").read_text("utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    named = {
        (document.name, target)
        for document in DOCUMENTS
        for code in re.findall(r"`[^`]+`|```.*?```", document.read_text("utf-8"), re.DOTALL)
        for target in _MAKE.findall(code)
    }
    assert named
    assert {pair for pair in named if pair[1] not in targets} == set()
