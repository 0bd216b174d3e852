"""What answers and silence mean, for what reads and for what changes something."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import httpx2
import pytest

from domain.egress import EgressRules
from domain.errors import OutcomeUnknown, ProviderBusy, ProviderFailed, ProviderRefused
from tests.standins.http_server import running_http_server
from tests.standins.provider_server import ProviderServer, Question, Reply
from tools.http_client import CallLimits, http_client
from tools.provider_answers import Failure, again_in_s, failed, lost
from tools.provider_api import Ask, Explained, ProviderApi


class Agreeing(ProviderServer):
    """Says yes to everything."""

    def reply(self, question: Question) -> Reply:
        return Reply(200, {"ok": True})


@pytest.fixture
async def server() -> AsyncIterator[Agreeing]:
    async with running_http_server(kind=Agreeing) as running:
        assert isinstance(running, Agreeing)
        yield running


@pytest.mark.parametrize(
    ("status", "changing", "reading"),
    [
        (400, ProviderRefused, ProviderRefused),
        (404, ProviderRefused, ProviderRefused),
        (409, ProviderRefused, ProviderRefused),
        (408, ProviderBusy, ProviderBusy),
        (429, ProviderBusy, ProviderBusy),
        (503, ProviderBusy, ProviderBusy),
        (500, OutcomeUnknown, ProviderBusy),
        (504, OutcomeUnknown, ProviderBusy),
    ],
)
def test_a_status_decides(
    status: int, changing: type[ProviderFailed], reading: type[ProviderFailed]
) -> None:
    failure = Failure(status, "because", {})
    assert type(failed("Shop", failure, changes=True)) is changing
    assert type(failed("Shop", failure, changes=False)) is reading


def test_words_are_kept_short_and_a_missing_one_is_the_status() -> None:
    assert "HTTP status 400" in str(failed("Shop", Failure(400, " ", {}), changes=True))
    said = str(failed("Shop", Failure(401, "no\n" * 5000, {}), changes=True))
    assert len(said) < 700
    assert "Check the connection" in said


@pytest.mark.parametrize(
    ("error", "changing"),
    [
        (httpx2.ConnectError("x"), ProviderBusy),
        (httpx2.ConnectTimeout("x"), ProviderBusy),
        (httpx2.PoolTimeout("x"), ProviderBusy),
        (httpx2.ReadTimeout("x"), OutcomeUnknown),
        (httpx2.WriteError("x"), OutcomeUnknown),
        (httpx2.RemoteProtocolError("x"), OutcomeUnknown),
    ],
)
def test_only_what_was_surely_not_sent_has_not_happened(
    error: Exception, changing: type[ProviderFailed]
) -> None:
    assert type(lost("Shop", error, changes=True)) is changing
    assert type(lost("Shop", error, changes=False)) is ProviderBusy


def test_the_text_of_an_error_is_not_repeated() -> None:
    assert "secret" not in str(lost("Shop", httpx2.ReadError("secret"), changes=True))


def test_retry_after_is_seconds_or_a_date() -> None:
    assert again_in_s({"retry-after": "12"}) == 12
    assert again_in_s({"retry-after": "999999"}) == 3600
    later = again_in_s({"retry-after": format_datetime(datetime.now(UTC) + timedelta(seconds=90))})
    assert later is not None
    assert 80 < later <= 90
    assert again_in_s({"retry-after": "Mon, 01 Jan 2001 00:00:00 GMT"}) == 0
    assert again_in_s({"retry-after": "soon"}) is None
    assert again_in_s({}) is None


async def ask(server: Agreeing, ask: Ask, **limits: Any) -> Any:
    rules = EgressRules().and_also("127.0.0.1")
    async with http_client(rules, CallLimits(**limits)) as client:
        api = ProviderApi("Shop", client, server.url, {}, lambda body: Explained(str(body)))
        return await api.ask(ask)


async def test_silence_leaves_a_doubt_only_about_what_changes(server: Agreeing) -> None:
    server.troubles = [Reply(stalls=True), Reply(stalls=True)]
    with pytest.raises(OutcomeUnknown, match="no answer in time"):
        await ask(server, Ask("POST", "/x", changes=True, json={}), total_s=0.3)
    with pytest.raises(ProviderBusy, match="no answer in time"):
        await ask(server, Ask("GET", "/x"), total_s=0.3)


async def test_a_success_that_cannot_be_read_is_none(server: Agreeing) -> None:
    server.troubles = [Reply(200, b"<html>"), Reply(200, b"<html>")]
    with pytest.raises(OutcomeUnknown, match="no JSON"):
        await ask(server, Ask("POST", "/x", changes=True, json={}))
    with pytest.raises(ProviderBusy, match="no JSON"):
        await ask(server, Ask("GET", "/x"))
    assert await ask(server, Ask("GET", "/x")) == {"ok": True}
