"""No more of a body is read than its limit, however it is sent."""

from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest

from server.app import create_app
from server.services import Services

TOO_MUCH = b'{"message": "' + b"x" * 2048 + b'"}'


@pytest.fixture
async def small(services: Services) -> AsyncIterator[httpx.AsyncClient]:
    """A service that takes a kilobyte, and files of a megabyte."""
    settings = services.settings.model_copy(update={"body_kb": 1, "upload_mb": 1})
    app = create_app(replace(services, settings=settings), "http://api")
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://api") as client:
        yield client


async def in_parts(content: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(content), 100):
        yield content[start : start + 100]


@pytest.mark.parametrize("is_streamed", [False, True])
async def test_a_body_that_is_too_large_is_refused(
    small: httpx.AsyncClient, is_streamed: bool
) -> None:
    content = in_parts(TOO_MUCH) if is_streamed else TOO_MUCH
    headers = {"Content-Type": "application/json"}
    answer = await small.post("/chat", content=content, headers=headers)
    assert answer.status_code == 413
    assert "GOLDENPATH_BODY_KB" in answer.json()["detail"]
    fine = in_parts(b'{"metadata": {}}') if is_streamed else b'{"metadata": {}}'
    assert (await small.post("/threads", content=fine, headers=headers)).status_code == 200


async def test_uploads_have_a_limit_of_their_own(small: httpx.AsyncClient) -> None:
    row = b"2026-05-05T09:00:00Z,gpt-4o,1200,80\n"
    header = b"timestamp,model,input_tokens,output_tokens\n"
    fine = await small.post("/usage/imports", files={"file": ("may.csv", header + row * 1000)})
    assert fine.status_code == 201, fine.text
    much = await small.post("/usage/imports", files={"file": ("may.csv", b"x" * 3_000_000)})
    assert much.status_code == 413
    assert "GOLDENPATH_UPLOAD_MB" in much.json()["detail"]


async def test_gradios_uploads_have_it_too(small: httpx.AsyncClient) -> None:
    files = [("files", (f"{number}.csv", b"x" * 900_000)) for number in range(3)]
    much = await small.post("/app/gradio_api/upload", files=files)
    assert much.status_code == 413


async def test_what_needs_no_body_is_answered_whatever_is_sent(small: httpx.AsyncClient) -> None:
    assert (await small.request("GET", "/health/live", content=TOO_MUCH)).status_code == 200
