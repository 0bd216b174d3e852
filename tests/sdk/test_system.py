"""What a client asks before anything else."""

import httpx


async def test_the_service_answers_over_http(service_url: str) -> None:
    async with httpx.AsyncClient(base_url=service_url) as plain:
        live = await plain.get("/health/live")
    assert (live.status_code, live.json()) == (200, {"status": "ok"})
