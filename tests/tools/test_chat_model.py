"""Which model answers: the configured one, the playbook, and how it changes over time."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import cast

import pytest
from langchain_core.messages import AIMessageChunk
from langchain_core.messages.ai import add_ai_message_chunks
from langchain_openai import ChatOpenAI

from tests.standins.model_answers import Answer
from tests.standins.model_server import ModelServer, running_model_server
from tools.chat_model import ChatModels
from tools.circuit_breaker import CircuitBreaker
from tools.model_failures import ModelFailure
from tools.model_settings import ModelSettings

OUTAGE = ModelFailure("did not answer in time", is_outage=True)
LIMITED = ModelFailure("has no quota left", is_outage=True, pause_s=60)
BROKEN = ModelFailure("broke off", is_broken_stream=True)

Make = Callable[..., ChatModels]


class Clock:
    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
async def make() -> AsyncIterator[Make]:
    """Makes models that are closed at the end."""
    made: list[ChatModels] = []

    def _make(server: ModelServer, clock: Clock | None = None, api_key: str | None = None):
        settings = ModelSettings(
            model="stand-in", base_url=server.base_url, api_key=api_key, retry_after_s=30
        )
        breaker = CircuitBreaker(30, clock) if clock else None
        made.append(ChatModels(settings, breaker))
        return made[-1]

    yield _make
    for models in made:
        await models.aclose()


def test_without_settings_the_playbook_answers_and_that_is_no_fault():
    models = ChatModels(ModelSettings())
    status = models.status()
    assert models.primary() is None
    assert (status.status, status.model, status.configured) == ("ok", "playbook", None)


@pytest.mark.parametrize(
    "settings",
    [
        ModelSettings(model="gpt-4o"),
        ModelSettings(api_key="key"),
        ModelSettings(base_url="http://127.0.0.1:1/v1"),
    ],
)
def test_a_model_a_key_or_a_base_url_is_configuration_enough(settings: ModelSettings):
    assert ChatModels(settings).primary() is not None


def test_models_of_equal_settings_have_connections_of_their_own(model_server: ModelServer):
    """A connection belongs to the event loop that opened it, and to whoever closes it."""

    async def ask() -> str:
        settings = ModelSettings(model="stand-in", base_url=model_server.base_url, timeout_s=7)
        models = ChatModels(settings)
        model = models.primary()
        assert model is not None
        answer = await model.ainvoke("Hello")
        closed = ChatModels(settings)
        await closed.aclose()
        await model.ainvoke("Hello again")
        await models.aclose()
        return str(answer.response_metadata["model_name"])

    assert asyncio.run(ask()) == asyncio.run(ask()) == "stand-in"


def test_the_environment_says_nothing_to_the_client(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("OPENAI_BASE_URL", "http://elsewhere.invalid/v1")
    monkeypatch.setenv("OPENAI_API_BASE", "http://elsewhere.invalid/v1")
    monkeypatch.setenv("OPENAI_API_KEY", "from-the-environment")
    models = ChatModels(ModelSettings(base_url="http://127.0.0.1:1/v1"))
    primary = models.primary()
    assert isinstance(primary, ChatOpenAI)
    client = primary.root_async_client
    assert str(client.base_url) == "http://127.0.0.1:1/v1/"
    assert client.api_key == "none"


async def test_an_answer_streams_text_reasoning_model_and_usage(
    make: Make, model_server: ModelServer
):
    model_server.script(Answer(reasoning="Let me think about it.", text="An answer of some words."))
    primary = make(model_server).primary()
    assert primary is not None
    chunks = [cast(AIMessageChunk, chunk) async for chunk in primary.astream("question")]
    whole = add_ai_message_chunks(chunks[0], *chunks[1:])
    assert whole.text == "An answer of some words."
    assert whole.additional_kwargs["reasoning_content"] == "Let me think about it."
    assert whole.response_metadata["model_name"] == "stand-in"
    assert whole.usage_metadata is not None
    assert whole.usage_metadata["output_tokens"] > 0
    assert len([chunk for chunk in chunks if chunk.text]) > 1


async def test_an_outage_degrades_and_an_answer_upgrades(make: Make, model_server: ModelServer):
    models = make(model_server)
    before = models.status()
    models.report_failure(OUTAGE)
    degraded = models.status()
    assert (degraded.status, degraded.model, degraded.configured) == (
        "degraded",
        "playbook",
        "stand-in",
    )
    assert degraded.reason is not None
    assert "did not answer in time" in degraded.reason
    assert degraded.since >= before.since
    assert models.primary() is None
    models.report_success()
    assert models.status().status == "ok"
    assert models.primary() is not None


async def test_one_broken_stream_is_bad_luck_and_three_in_a_row_are_an_outage(
    make: Make, model_server: ModelServer
):
    models = make(model_server)
    models.report_failure(BROKEN)
    models.report_failure(BROKEN)
    assert models.status().status == "ok"
    models.report_success()
    for _ in range(3):
        assert models.status().status == "ok"
        models.report_failure(BROKEN)
    assert models.status().status == "degraded"


async def test_a_probe_finds_an_endpoint_that_is_down_and_one_that_is_back(make: Make):
    with running_model_server() as server:
        models = make(server)
        assert (await models.probe()).status == "ok"
        address = server.base_url
    down = await models.probe()
    assert down.status == "degraded"
    assert down.reason is not None
    assert "cannot be reached" in down.reason
    port = int(address.rsplit(":", 1)[1].split("/")[0])
    with running_model_server(port=port):
        assert (await models.probe()).status == "ok"
        assert models.primary() is not None


async def test_a_probe_with_a_bad_key_says_so(make: Make):
    with running_model_server(api_key="right") as server:
        status = await make(server, api_key="wrong").probe()
    assert status.status == "degraded"
    assert status.reason is not None
    assert "401" in status.reason
    assert "check the configured key" in status.reason


async def test_a_probe_takes_any_answer_for_a_sign_of_life(make: Make, model_server: ModelServer):
    model_server.models_body = "<html>not even JSON</html>"
    assert (await make(model_server).probe()).status == "ok"


async def test_that_models_are_listed_does_not_mean_that_chat_works_again(
    make: Make, model_server: ModelServer
):
    clock = Clock()
    models = make(model_server, clock)
    models.report_failure(OUTAGE)
    assert (await models.probe()).status == "degraded"
    clock.now_s = 30
    assert (await models.probe()).status == "ok"


async def test_a_probe_does_not_end_a_pause_that_the_endpoint_asked_for(
    make: Make, model_server: ModelServer
):
    clock = Clock()
    models = make(model_server, clock)
    models.report_failure(LIMITED)
    clock.now_s = 59
    assert (await models.probe()).status == "degraded"
    clock.now_s = 60
    assert (await models.probe()).status == "ok"
