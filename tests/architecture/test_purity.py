"""The purity checker finds what it is for."""

import pytest

from tests.architecture.purity import purity_violations
from tests.architecture.sources import parse


@pytest.mark.parametrize(
    "text",
    [
        "import langgraph.graph",
        "import psycopg",
        "from httpx import AsyncClient",
        "from pathlib import Path",
        "import os",
        "import asyncio",
        "import time",
        "from urllib.request import urlopen",
        "text = open('x')",
        "now = datetime.now(UTC)",
        "today = date.today()",
        "now = datetime.datetime.utcnow()",
        "async def f(): ...",
        "class Store:\n    async def save(self): ...\n",
    ],
)
def test_impure_code_in_the_domain_is_found(text: str) -> None:
    assert len(purity_violations([parse("domain/x.py", text)])) == 1


def test_the_same_code_elsewhere_passes() -> None:
    assert purity_violations([parse("storage/x.py", "import os\nasync def f(): ...\n")]) == []


def test_package_data_protocols_and_pure_libraries_pass() -> None:
    text = (
        "from importlib.resources import files\n"
        "from datetime import UTC, datetime\n"
        "from genai_prices import calc_price\n"
        "from domain.errors import NotFound\n"
        "class Port(Protocol):\n    async def save(self) -> None: ...\n"
        "at = datetime(2026, 1, 1, tzinfo=UTC)\n"
        "data = files('domain').joinpath('x.json').read_text()\n"
    )
    assert purity_violations([parse("domain/x.py", text)]) == []
