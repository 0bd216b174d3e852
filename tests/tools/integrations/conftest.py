"""Ports whose way out leads to this machine."""

from collections.abc import AsyncIterator

import pytest

from tests.tools.integrations.calls import Calls, open_calls


@pytest.fixture
async def calls() -> AsyncIterator[Calls]:
    async with open_calls() as opened:
        yield opened
