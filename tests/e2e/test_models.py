"""The configured model over its true wire format, its failures, and its way back."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest

from domain.grammar import violations
from tests.e2e.events import DEADLINE_S, Event, read_events
from tests.e2e.service import Service, open_to_postgres
from tests.standins.model_answers import Answer
from tests.standins.model_server import ModelServer, running_model_server

#: A real name, so that its calls have a price.
MODEL = "gpt-4o-mini"
PAUSE_S = 0.5


@pytest.fixture(scope="module")
def models() -> Iterator[ModelServer]:
    with running_model_server(api_key="sk-test") as server:
        yield server


@pytest.fixture(scope="module")
async def service(
    tmp_path_factory: pytest.TempPathFactory, models: ModelServer
) -> AsyncIterator[Service]:
    folder = tmp_path_factory.mktemp("models")
    open_to_postgres(folder)
    environment = {
        "OPENAI_BASE_URL": models.base_url,
        "OPENAI_API_KEY": "sk-test",
        "GOLDENPATH_MODEL": MODEL,
        "GOLDENPATH_MODEL_RETRY_AFTER_S": str(PAUSE_S),
    }
    running = Service(folder, environment)
    await running.start()
    async with httpx.AsyncClient(base_url=running.url, timeout=DEADLINE_S) as client:
        imported = await client.post("/usage/imports/sample", json={"model": "gpt-4o"})
        imported.raise_for_status()
    yield running
    await running.stop()


async def chat(service: Service, message: str) -> list[Event]:
    async with (
        asyncio.timeout(DEADLINE_S),
        httpx.AsyncClient(timeout=None) as client,
        client.stream("POST", f"{service.url}/chat", json={"message": message}) as response,
    ):
        response.raise_for_status()
        return [event async for event in read_events(response)]


async def until_model(service: Service, status: str) -> dict[str, Any]:
    """Ask readiness until the model's part has this status."""
    async with asyncio.timeout(DEADLINE_S), httpx.AsyncClient(base_url=service.url) as client:
        while True:
            model = (await client.get("/health/ready")).json()["parts"]["model"]
            if model["status"] == status:
                return model


def speakers(events: list[Event]) -> set[str]:
    return {event["model"] for event in events if event.get("model")}


async def test_the_whole_analysis_runs_with_a_configured_model(service: Service) -> None:
    await until_model(service, "ok")
    events = await chat(service, "Analyze my AI costs")
    assert violations(events) == []
    assert events[-1]["status"] == "success"
    assert speakers(events) == {MODEL}
    completed = [event for event in events if event["type"] == "agent_completed"]
    assert [event["agent"] for event in completed] == [
        "data",
        "optimization",
        "report",
        "supervisor",
    ]
    for event in completed:
        assert event["usage"]["model"] == MODEL
        assert event["usage"]["input_tokens"] > 0
        assert float(event["usage"]["cost_usd"]) > 0
    parts = completed[:-1]
    total = completed[-1]["usage"]
    assert total["input_tokens"] >= sum(event["usage"]["input_tokens"] for event in parts)


FAILURES = {
    "rate limit": [Answer(status=429, headers={"retry-after": "1"})] * 2,
    "server error": [Answer(status=500)] * 2,
    "cut stream": [Answer(text="This answer will be cut off", cut_after=3)],
    "malformed JSON": [Answer(text="This answer breaks", cut_after=2, garbage="data: {oops\n\n")],
}


@pytest.mark.parametrize("failure", FAILURES)
async def test_a_failing_model_is_replaced_in_the_same_run(
    service: Service, models: ModelServer, failure: str
) -> None:
    await until_model(service, "ok")
    models.clear()
    models.script(*FAILURES[failure])
    events = await chat(service, "Hello, what can you do?")
    assert violations(events) == []
    assert events[-1]["status"] == "success"
    assert "playbook" in speakers(events)
    thoughts = [event["text"] for event in events if event.get("kind") == "thought"]
    assert any(f"The model {MODEL}" in text for text in thoughts), thoughts
    # What the broken answer had said is taken back: only the playbook's text is left.
    contents: dict[str, str] = {}
    for event in events:
        if event.get("channel") == "answer":
            before = contents.get(event["message_id"], "")[: event["offset"]]
            contents[event["message_id"]] = before + event["text"]
    said = [text for text in contents.values() if text]
    assert len(said) == 1
    assert "This answer" not in said[0]


async def test_readiness_says_why_and_the_model_comes_back_by_itself(
    service: Service, models: ModelServer
) -> None:
    await until_model(service, "ok")
    models.clear()
    models.script(*[Answer(status=500)] * 2)
    await chat(service, "Hello")
    degraded = await until_model(service, "degraded")
    assert (degraded["model"], degraded["configured"]) == ("playbook", MODEL)
    assert MODEL in degraded["reason"]
    # Nothing but time and a look at the endpoint brings it back, or the next call after the pause.
    async with asyncio.timeout(DEADLINE_S):
        while speakers(await chat(service, "Hello again")) != {MODEL}:
            pass
    assert (await until_model(service, "ok"))["model"] == MODEL
