"""Errors as clients are told of them: a code and a sentence, and nothing of the inside."""

import logging

import psycopg
import pytest

from domain.errors import (
    Conflict,
    InvalidInput,
    NotFound,
    NotSignedIn,
    NotWaiting,
    TooLarge,
    Unavailable,
)
from server.websocket.failures import Refused, refusal_of


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (NotFound("thread", "t"), "not_found"),
        (Conflict("It is busy."), "conflict"),
        (NotWaiting("i"), "conflict"),
        (InvalidInput("It does not fit."), "invalid_input"),
        (TooLarge("It", "1 KB", "SETTING"), "too_large"),
        (NotSignedIn(), "not_signed_in"),
        (Unavailable("The queue is away."), "unavailable"),
    ],
)
def test_an_error_of_ours_keeps_its_sentence(error: Exception, code: str) -> None:
    refused = refusal_of(error)
    assert (refused.code, refused.sentence) == (code, str(error))
    assert refusal_of(refused) is refused


@pytest.mark.parametrize(
    "error", [psycopg.OperationalError("host 10.0.0.1"), psycopg.errors.DiskFull("/var/lib")]
)
def test_a_database_that_is_away_is_no_fault_of_the_client(error: Exception) -> None:
    refused = refusal_of(error)
    assert refused.code == "unavailable"
    assert str(error) not in refused.sentence


def test_a_bug_is_logged_and_not_told(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        refused = refusal_of(KeyError("a secret"))
    assert isinstance(refused, Refused)
    assert refused.code == "internal"
    assert "secret" not in refused.sentence
    assert "KeyError" in caplog.text
