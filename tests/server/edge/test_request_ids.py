"""Every request has a name, in its answer and in the log."""

import logging

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from server.app import create_api
from server.edge.request_ids import RequestIds, current_request_id, name_requests
from server.services import Services
from tests.server.edge.asgi import Inside, calling, opening


@pytest.mark.parametrize("given", ["a", "A-b_c.9", "x" * 64])
async def test_a_harmless_id_is_kept(given: str) -> None:
    async with calling(RequestIds(Inside())) as client:
        answer = await client.get("/", headers={"X-Request-Id": given})
    assert answer.headers["x-request-id"] == given


@pytest.mark.parametrize("given", [None, "", "x" * 65, "a b", "a\tb", "ä", "a;b", "<a>"])
async def test_any_other_gets_one_of_ours(given: str | None) -> None:
    headers = {} if given is None else {b"X-Request-Id": given.encode()}
    async with calling(RequestIds(Inside())) as client:
        answers = [await client.get("/", headers=headers) for _ in range(2)]
    made = {answer.headers["x-request-id"] for answer in answers}
    assert len(made) == 2
    assert all(len(name) == 32 and name.isalnum() for name in made)


async def test_a_websocket_has_one_too() -> None:
    [accepted] = await opening(RequestIds(Inside()), {"x-request-id": "mine"})
    assert accepted["headers"] == [(b"x-request-id", b"mine")]


async def test_log_lines_name_their_request() -> None:
    lines: list[str] = []

    class Lines(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(self.format(record))

    handler = Lines()
    handler.setFormatter(logging.Formatter("%(request_id)s %(message)s"))
    handler.addFilter(name_requests)
    logger = logging.getLogger("test of request ids")
    logger.addHandler(handler)

    async def inside(scope: Scope, receive: Receive, send: Send) -> None:
        logger.warning("in")
        await Inside()(scope, receive, send)

    async with calling(RequestIds(inside)) as client:
        await client.get("/", headers={"X-Request-Id": "mine"})
    logger.warning("out")
    logger.removeHandler(handler)
    assert lines == ["mine in", "- out"]
    assert current_request_id() == "-"


async def test_every_answer_has_its_id_and_the_security_headers(services: Services) -> None:
    app = create_api(services, "http://api")

    @app.get("/broken")
    async def broken() -> None:
        raise RuntimeError

    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://api") as client:
        named = {"X-Request-Id": "mine"}
        answers = {
            200: await client.get("/threads", headers=named),
            403: await client.post("/threads", headers={**named, "Origin": "http://evil.example"}),
            404: await client.get("/nothing", headers=named),
            405: await client.put("/threads", headers=named),
            422: await client.post("/chat", json={}, headers=named),
            500: await client.get("/broken", headers=named),
        }
    for status, answer in answers.items():
        assert (answer.status_code, answer.headers["x-request-id"]) == (status, "mine")
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "same-origin"
        assert "default-src 'self'" in answer.headers["content-security-policy"]
        assert "strict-transport-security" not in answer.headers
    assert "The log has it as mine." in answers[500].json()["detail"]
