"""Recognising formats and saying what a file is not."""

from pathlib import Path

import pytest

from domain.costs.formats.registry import FORMATS, recognise
from domain.errors import InvalidInput, UnreadableFile
from tests.domain.costs.reading import FIXTURES, read_bytes


@pytest.mark.parametrize("path", sorted(FIXTURES.glob("*.*")), ids=lambda path: str(path.name))
def test_every_fixture_is_recognised_as_what_its_name_says(path: Path) -> None:
    known = recognise(path.read_bytes(), path.name)
    assert path.name.startswith(known.name) or known.name in path.name


def test_every_format_has_a_fixture() -> None:
    recognised = {recognise(path.read_bytes(), path.name).name for path in FIXTURES.glob("*.*")}
    assert recognised | {"token_table"} == set(FORMATS)


def test_a_named_format_is_checked() -> None:
    content = (FIXTURES / "litellm_spend_logs.csv").read_bytes()
    assert recognise(content, "x.csv", "litellm").name == "litellm"
    with pytest.raises(UnreadableFile, match="looks like LiteLLM"):
        recognise(content, "x.csv", "focus")
    with pytest.raises(InvalidInput, match="no format"):
        recognise(content, "x.csv", "lite-llm")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00\x01\x02\x03" * 50,
        b"hello world",
        b"name,colour\nbox,red\n",
        b'{"hello": 1}',
        b"[1, 2, 3]",
        b"[",
        b"<html></html>",
    ],
)
def test_what_is_no_usage_export_is_refused_with_what_would_be_one(content: bytes) -> None:
    with pytest.raises(UnreadableFile, match=r"Upload one of|cannot be read"):
        recognise(content, "thing")


def test_a_long_json_object_cut_off_in_the_middle_keeps_what_was_read() -> None:
    content = (FIXTURES / "litellm_spend_logs.json").read_bytes()
    reading = read_bytes(content[: len(content) - 100])
    assert len(reading.records) == 4
    assert [reject.code for reject in reading.rejects] == ["broken_json"]
