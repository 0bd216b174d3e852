"""The queue's failures are a line, everything else stays as loud as it is."""

import asyncio
import logging

import pytest
from procrastinate.exceptions import ConnectorException

from server.queue_noise import hush_queue


@pytest.fixture
def quiet_loop(caplog: pytest.LogCaptureFixture) -> asyncio.Runner:
    runner = asyncio.Runner()
    hush_queue(runner.get_loop(), "WARNING")
    caplog.set_level(logging.WARNING)
    return runner


def test_what_the_queue_could_not_note_is_a_warning(
    quiet_loop: asyncio.Runner, caplog: pytest.LogCaptureFixture
) -> None:
    with quiet_loop:
        context = {"message": "lost", "exception": ConnectorException("gone")}
        quiet_loop.get_loop().call_exception_handler(context)
    [record] = caplog.records
    assert (record.levelname, record.exc_info) == ("WARNING", None)
    assert "could not note" in record.message


def test_other_failures_are_reported_as_ever(
    quiet_loop: asyncio.Runner, caplog: pytest.LogCaptureFixture
) -> None:
    with quiet_loop:
        context = {"message": "lost", "exception": ValueError("a bug")}
        quiet_loop.get_loop().call_exception_handler(context)
    [record] = caplog.records
    assert record.levelname == "ERROR"
    assert record.exc_info
