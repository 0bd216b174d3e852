"""A local server that speaks OpenAI's chat completions, for tests and for trying things out.

    with running_model_server() as server:
        server.script(Answer(status=429, headers={"retry-after": "7"}))
        ChatModels(ModelSettings(model="stand-in", base_url=server.base_url))

Scripted answers are used up one a request, in order; after them it acts as a capable model. From
another process: `python -m tests.standins.model_server --port 9000`, and `POST /script` with a list
of answers.
"""

import argparse
import asyncio
import json
import socket
import threading
from collections import deque
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import uvicorn
from fastapi import Body, FastAPI, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse

from tests.standins.model_answers import Answer, answer_as_capable_model
from tests.standins.model_wire import BadRequest, check_request, chunks, completion

MODEL = "stand-in"
_CREATED = 1_700_000_000


class ModelServer:
    """The endpoint's behaviour: what it is scripted to answer, and what it was asked."""

    def __init__(self, api_key: str | None = None) -> None:
        self.api_key = api_key
        self.base_url = ""
        #: What GET /models answers instead of its list.
        self.models_body: str | None = None
        #: Bodies of all completion requests that were well formed.
        self.requests: list[dict[str, Any]] = []
        #: What was wrong with those that were not.
        self.refused: list[str] = []
        self._script: deque[Answer] = deque()
        self._count = 0

    def script(self, *answers: Answer) -> None:
        """Answer the next requests like this."""
        self._script.extend(answers)

    def clear(self) -> None:
        """Forget the script and what was asked."""
        self._script.clear()
        self.requests.clear()
        self.refused.clear()

    def next_answer(self, body: dict[str, Any]) -> Answer:
        self.requests.append(body)
        return self._script.popleft() if self._script else answer_as_capable_model(body)

    def identity(self, body: dict[str, Any]) -> dict[str, Any]:
        self._count += 1
        return {
            "id": f"chatcmpl-{self._count:06d}",
            "created": _CREATED,
            "model": body["model"],
            "system_fingerprint": "fp_standin",
        }


def create_app(server: ModelServer) -> FastAPI:
    """The server's HTTP face."""
    app = FastAPI()

    @app.get("/v1/models")
    async def list_models(request: Request) -> Response:
        if denied := _denied(server, request):
            return denied
        if server.models_body is not None:
            return Response(server.models_body)
        model = {"id": MODEL, "object": "model", "created": _CREATED, "owned_by": "tests"}
        return JSONResponse({"object": "list", "data": [model]})

    @app.post("/v1/chat/completions")
    async def complete(request: Request) -> Response:
        return _denied(server, request) or await _complete(server, request)

    @app.post("/script")
    async def script(answers: Annotated[list[Answer], Body()]) -> dict[str, int]:
        server.script(*answers)
        return {"scripted": len(answers)}

    @app.get("/requests")
    async def requests() -> dict[str, Any]:
        return {"requests": server.requests, "refused": server.refused}

    return app


async def _complete(server: ModelServer, request: Request) -> Response:
    try:
        body = check_request(json.loads(await request.body()))
    except ValueError as error:
        server.refused.append(str(error))
        param = error.param if isinstance(error, BadRequest) else None
        return _error(400, str(error), "invalid_request_error", param)
    answer = server.next_answer(body)
    if answer.hangs:
        await _until_disconnected(request)
    await asyncio.sleep(answer.delay_s)
    if answer.status != 200:
        return _error(answer.status, answer.message, "server_error", None, answer.headers)
    identity = server.identity(body)
    if not body.get("stream"):
        return JSONResponse(completion(body, answer, identity))
    frames = _frames(body, answer, identity)
    return StreamingResponse(frames, media_type="text/event-stream")


def _denied(server: ModelServer, request: Request) -> Response | None:
    sent = request.headers.get("authorization", "")
    if server.api_key is None or sent == f"Bearer {server.api_key}":
        return None
    return _error(401, "Incorrect API key provided.", "invalid_request_error", None)


def _error(
    status: int, message: str, kind: str, param: str | None, headers: dict[str, str] | None = None
) -> Response:
    error = {"message": message, "type": kind, "param": param, "code": None}
    return JSONResponse({"error": error}, status, headers)


async def _until_disconnected(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def _frames(
    body: dict[str, Any], answer: Answer, identity: dict[str, Any]
) -> AsyncIterator[str]:
    for count, chunk in enumerate(chunks(body, answer, identity)):
        frame = f"data: {json.dumps(chunk)}\n\n"
        if answer.stop_after == count:
            return
        if answer.cut_after == count:
            yield frame[: len(frame) // 2]
            raise _Cut
        if answer.garbage is not None and count == 1:
            yield answer.garbage
            return
        yield frame
    yield "data: [DONE]\n\n"


class _Cut(Exception):
    """Makes uvicorn close the connection in the middle of the body."""


def _uvicorn(app: FastAPI, **options: Any) -> uvicorn.Server:
    # Cut streams are raised as errors on purpose; their tracebacks are no news.
    config = uvicorn.Config(app, log_level="critical", lifespan="off", ws="none", **options)
    return uvicorn.Server(config)


@contextmanager
def running_model_server(api_key: str | None = None, port: int = 0) -> Iterator[ModelServer]:
    """A server on this machine, in a thread of its own; on a free port unless told otherwise."""
    server = ModelServer(api_key)
    # Listening before the thread starts: whoever connects early waits instead of failing.
    listening = socket.create_server(("127.0.0.1", port))
    server.base_url = f"http://127.0.0.1:{listening.getsockname()[1]}/v1"
    running = _uvicorn(create_app(server), timeout_graceful_shutdown=1)
    thread = threading.Thread(target=running.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        running.should_exit = True
        thread.join(timeout=10)
        listening.close()


def main() -> None:
    """Serve in the foreground."""
    parser = argparse.ArgumentParser(description="A stand-in for an OpenAI-compatible model.")
    parser.add_argument("--port", type=int, default=9000)
    parser.add_argument("--api-key", help="refuse requests with another key")
    arguments = parser.parse_args()
    app = create_app(ModelServer(arguments.api_key))
    uvicorn.run(app, host="127.0.0.1", port=arguments.port, lifespan="off", ws="none")


if __name__ == "__main__":
    main()
