"""A service whose output nobody reads starts and stops as any other."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import httpx
import pytest

from tests.e2e.service import free_port

#: Generous: a machine may be busy.
DEADLINE_S = 60
ROOT = Path(__file__).parents[2]


async def answered(url: str) -> None:
    """Wait until the service answers."""
    async with asyncio.timeout(DEADLINE_S), httpx.AsyncClient() as client:
        while True:
            try:
                if (await client.get(f"{url}/health/live")).status_code == 200:
                    return
            except httpx.TransportError:
                await asyncio.sleep(0.1)


@pytest.mark.parametrize("closed", [">&-", "<&- >&- 2>&-", "| true"])
async def test_it_serves_whatever_was_closed(
    database_url: str, tmp_path: Path, closed: str
) -> None:
    port = free_port()
    command = f"exec {sys.executable} -m server serve --port {port} --data-dir {tmp_path} {closed}"
    if closed.startswith("|"):
        command = f"{command.removeprefix('exec ')}; exit ${{PIPESTATUS[0]}}"
    process = await asyncio.create_subprocess_exec(
        *("bash", "-c", command),
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": database_url},
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    try:
        await answered(f"http://127.0.0.1:{port}")
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        _, said = await process.communicate()
    assert said == b""
    assert process.returncode in (0, -signal.SIGTERM)
