"""Named statements are found by name, lean, and all of them are valid SQL."""

from importlib.resources import files
from uuid import uuid4

import pytest

from storage.database import Database
from storage.sql_files import load_statements
from tests.storage.owner import as_owner

NOUNS = sorted(
    entry.name.removesuffix(".sql")
    for entry in (files("storage") / "sql").iterdir()
    if entry.name.endswith(".sql")
)


@pytest.mark.parametrize("noun", NOUNS)
def test_every_file_has_statements_without_comments(noun: str) -> None:
    statements = load_statements(noun)
    assert statements
    for name, statement in statements.items():
        assert statement, name
        assert not any(line.lstrip().startswith("--") for line in statement.splitlines()), name


@pytest.mark.parametrize("noun", NOUNS)
def test_every_statement_has_a_name_of_its_own_and_a_sentence(noun: str) -> None:
    text = (files("storage") / "sql" / f"{noun}.sql").read_text(encoding="utf-8")
    lines = text.splitlines()
    heads = [place for place, line in enumerate(lines) if line.rstrip().endswith(" --")]
    assert len(heads) == len(load_statements(noun))
    for head in heads:
        assert lines[head + 1].startswith("-- "), lines[head]


def test_the_statement_of_every_flush_is_short_enough_to_be_remembered() -> None:
    assert len(load_statements("group_commit")["commit_batch"]) <= 4_096


async def test_a_loaded_statement_can_be_executed(database: Database) -> None:
    async with as_owner(database) as connection:
        statement = load_statements("run_events")["head"]
        cursor = await connection.execute(statement, {"thread_id": uuid4()})
        assert await cursor.fetchone() is None


def test_an_unknown_noun_is_an_error() -> None:
    with pytest.raises(FileNotFoundError):
        load_statements("nothing")
