"""A graph list's own application: its lifespan is lived wherever graphs run, its routes are not."""

import json
from pathlib import Path

import pytest

from domain.errors import InvalidSettings
from server.http_app import http_app_lifespan
from tests.graphs.imported_modules import module_of

APP = """
import contextlib
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.responses import Response

story = []

@contextlib.asynccontextmanager
async def lifespan(app):
    story.append("opened")
    yield
    story.append("closed")

async def hello(request):
    return Response("hello")

starlette = Starlette(lifespan=lifespan)
fastapi = FastAPI(lifespan=lifespan)
with_route = Starlette(lifespan=lifespan)
with_route.add_route("/hello", hello)
fastapi_with_route = FastAPI()
fastapi_with_route.get("/hi")(hello)
not_an_app = 5
"""


def naming(folder: Path, app: str | None) -> Path:
    (folder / "gp_custom_app.py").write_text(APP)
    path = folder / "langgraph.json"
    http = {"app": app} if app else {}
    path.write_text(json.dumps({"graphs": {"flow": "./flow.py:graph"}, "http": http}))
    return path


@pytest.mark.parametrize("name", ["starlette", "fastapi"])
async def test_an_applications_lifespan_is_lived(tmp_path: Path, name: str) -> None:
    async with http_app_lifespan(naming(tmp_path, f"./gp_custom_app.py:{name}")):
        module = module_of(tmp_path / "gp_custom_app.py")
        assert module.story == ["opened"]
    assert module.story == ["opened", "closed"]


async def test_without_one_there_is_nothing_to_do(tmp_path: Path) -> None:
    async with http_app_lifespan(naming(tmp_path, None)):
        pass


@pytest.mark.parametrize(
    ("app", "reason"),
    [
        ("./gp_custom_app.py:with_route", "its route /hello is not served here"),
        ("./gp_custom_app.py:fastapi_with_route", "its route /hi is not served here"),
        ("./gp_custom_app.py:not_an_app", "not_an_app is no Starlette application"),
        ("./gp_custom_app.py:nothing", "has no nothing"),
        ("./missing.py:app", "there is no file ./missing.py"),
    ],
)
async def test_what_cannot_be_served_is_named(tmp_path: Path, app: str, reason: str) -> None:
    with pytest.raises(InvalidSettings, match=r"`http\.app` in langgraph\.json") as raised:
        async with http_app_lifespan(naming(tmp_path, app)):
            pass
    assert reason in str(raised.value)
