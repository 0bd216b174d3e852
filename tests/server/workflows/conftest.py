"""The application with workflows."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.server.workflows.world import Site, open_workflow_site


@pytest.fixture
async def site(database_url: str, tmp_path: Path) -> AsyncIterator[Site]:
    async with open_workflow_site(database_url, tmp_path) as opened:
        yield opened
