"""The checkers of places find what they are for."""

import pytest

from tests.architecture.places import (
    DRIVER_PLACE,
    ENVIRONMENT_PLACE,
    HTTP_PLACE,
    SQL_PLACE,
    STATUS_PLACE,
    STREAM_PLACE,
    Place,
    place_violations,
)
from tests.architecture.sources import parse

CASES = [
    ("import httpx", HTTP_PLACE, "tools/search.py", "tools/http_client.py"),
    ("from urllib import request", HTTP_PLACE, "server/app.py", "ui/api_client.py"),
    ("import httpx2", HTTP_PLACE, "ui/pages/costs.py", "tools/http_client.py"),
    ("import socket", HTTP_PLACE, "tools/search.py", "server/commands.py"),
    ("import smtplib", HTTP_PLACE, "tools/mail.py", "tools/http_client.py"),
    ("x = asyncio.open_connection(h, 1)", HTTP_PLACE, "tools/x.py", "tools/http_client.py"),
    ("x = loop.create_connection(p)", HTTP_PLACE, "server/x.py", "tools/http_connections.py"),
    ("def f():\n    import psycopg_pool", DRIVER_PLACE, "server/app.py", "storage/x.py"),
    ("from psycopg import sql", DRIVER_PLACE, "tools/search.py", "tools/user_database.py"),
    ("x = os.environ['A']", ENVIRONMENT_PLACE, "ui/app.py", "server/settings.py"),
    ("x = os.getenv('A')", ENVIRONMENT_PLACE, "server/app.py", "server/settings.py"),
    ("from os import environ", ENVIRONMENT_PLACE, "tools/x.py", "server/settings.py"),
    ("import pydantic_settings", ENVIRONMENT_PLACE, "storage/x.py", "server/settings.py"),
    ("parts = graph.astream(x)", STREAM_PLACE, "server/app.py", "graphs/lifecycle.py"),
    ("parts = get().astream_events(x)", STREAM_PLACE, "nodes/x.py", "graphs/lifecycle.py"),
    ("from fastapi import HTTPException", STATUS_PLACE, "storage/x.py", "server/errors.py"),
    ("raise fastapi.HTTPException(404)", STATUS_PLACE, "ui/x.py", "server/routes/runs.py"),
    ("x = 'SELECT a FROM b'", SQL_PLACE, "server/x.py", "storage/x.py"),
    ("x = f'DELETE FROM {table}'", SQL_PLACE, "checkpoints/x.py", "storage/x.py"),
    ("x = '''\n insert into a values (1)'''", SQL_PLACE, "tools/x.py", "storage/x.py"),
    ("x = 'UPDATE runs SET a = 1'", SQL_PLACE, "server/x.py", "storage/x.py"),
    ("x = 'create table a (b int)'", SQL_PLACE, "graphs/x.py", "storage/x.py"),
    ("x = 'LISTEN events'", SQL_PLACE, "server/x.py", "storage/x.py"),
]


@pytest.mark.parametrize(("text", "place", "outside", "inside"), CASES)
def test_a_thing_is_found_outside_its_place_only(
    text: str, place: Place, outside: str, inside: str
) -> None:
    assert [line for line in place_violations([parse(outside, text)]) if place.rule in line]
    assert place_violations([parse(inside, text)]) == []


def test_tests_and_benchmarks_may_use_everything() -> None:
    text = "import httpx, psycopg, os\nx = os.environ['A']\ny = 'DELETE FROM a'\n"
    assert place_violations([parse("tests/x.py", text), parse("benchmarks/x.py", text)]) == []


@pytest.mark.parametrize(
    "text",
    [
        '"""Select runs from the list and update them."""',
        "x = 'Select a run, then look at it.'",
        "x = 'Update the settings'",
        "x = 'Create a table of the costs'",
        "x = 'with one more line as before'",
        "x = os.path.join('a', 'b')",
        "class Playbook:\n    async def _astream(self): ...\n",
    ],
)
def test_prose_and_other_names_pass(text: str) -> None:
    assert place_violations([parse("server/x.py", text)]) == []
