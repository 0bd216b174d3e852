"""Checkpoints are revived into named types and never run what they name."""

import logging
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import ormsgpack
import pytest
from langchain_core.messages import AIMessage, HumanMessage
from langgraph.checkpoint.serde.jsonplus import (
    EXT_CONSTRUCTOR_POS_ARGS,
    EXT_METHOD_SINGLE_ARG,
    JsonPlusSerializer,
)
from langgraph.types import Interrupt
from pydantic import BaseModel

from checkpoints.serializer import serializer


class Plan(BaseModel):
    steps: list[str]


@dataclass
class Note:
    text: str


PLAIN = [
    *(None, 1, "text", b"bytes", [1, {"a": {2}}], Decimal("1.5"), UUID(int=7)),
    *(datetime(2026, 1, 2, tzinfo=UTC), HumanMessage("hi", id="1"), Interrupt("why?", id="x")),
    [AIMessage("", tool_calls=[{"name": "f", "args": {"a": 1}, "id": "1", "type": "tool_call"}])],
]


@pytest.mark.parametrize("value", PLAIN, ids=str)
def test_plain_values_and_messages_come_back(value: object) -> None:
    serde = serializer()
    assert serde.loads_typed(serde.dumps_typed(value)) == value


def test_a_named_type_comes_back_and_another_as_its_data(caplog: pytest.LogCaptureFixture) -> None:
    serde = serializer([(__name__, "Plan")])
    with caplog.at_level(logging.WARNING):
        saved = serde.dumps_typed([Plan(steps=["a"]), Note("b")])
        assert serde.loads_typed(saved) == [Plan(steps=["a"]), {"text": "b"}]
    assert f"{__name__}.Note" in caplog.text
    assert "allowed_msgpack_modules" in caplog.text


def test_what_a_checkpoint_names_is_not_run(tmp_path) -> None:
    victim = tmp_path / "made"
    call = ("subprocess", "call", (["touch", str(victim)],))
    hostile = ormsgpack.packb(
        ormsgpack.Ext(EXT_CONSTRUCTOR_POS_ARGS, ormsgpack.packb(call)),
    )
    assert serializer().loads_typed(("msgpack", hostile)) == [["touch", str(victim)]]
    assert not victim.exists()
    # The same bytes run with the library's own default: the test can fail.
    JsonPlusSerializer(allowed_msgpack_modules=True).loads_typed(("msgpack", hostile))
    assert victim.exists()
    assert subprocess.call is not None


def test_no_method_is_called(tmp_path) -> None:
    call = ("pathlib", "Path", str(tmp_path), "rmdir")
    hostile = ormsgpack.packb(ormsgpack.Ext(EXT_METHOD_SINGLE_ARG, ormsgpack.packb(call)))
    serializer().loads_typed(("msgpack", hostile))
    assert tmp_path.exists()


def test_pickles_are_neither_read_nor_written() -> None:
    # What pickle would run: os.system("true").
    pickled = b"cos\nsystem\n(S'true'\ntR."
    with pytest.raises(NotImplementedError):
        serializer().loads_typed(("pickle", pickled))
    with pytest.raises(TypeError):
        serializer().dumps_typed(lambda: None)


def test_a_constructor_in_old_json_is_not_called() -> None:
    old = b'{"lc": 2, "type": "constructor", "id": ["subprocess", "call"], "args": [["true"]]}'
    found = serializer().loads_typed(("json", old))
    assert found == {
        "lc": 2,
        "type": "constructor",
        "id": ["subprocess", "call"],
        "args": [["true"]],
    }
