"""What was run, as a plain HTTP client lists it and reads its log."""

import httpx
import pytest

from tests.server.test_routes import NOBODY


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"/runs/{NOBODY}/entry", 404),
        (f"/runs/{NOBODY}/events", 404),
        ("/runs/no-id/entry", 422),
        ("/runs?kind=odd", 422),
        ("/runs?status=odd", 422),
        ("/runs?limit=201", 422),
        ("/runs?before=0", 422),
        (f"/runs/{NOBODY}/events?type=odd", 422),
        (f"/runs/{NOBODY}/events?limit=1001", 422),
    ],
)
async def test_errors_are_sentences(api: httpx.AsyncClient, path: str, status: int) -> None:
    response = await api.get(path)
    assert (response.status_code, list(response.json())) == (status, ["detail"])
    assert response.json()["detail"].endswith((".", "?"))


async def test_a_conversation_is_listed_with_its_log(api: httpx.AsyncClient) -> None:
    assert (await api.post("/chat", json={"message": "Analyze my AI costs"})).is_success
    listed = (await api.get("/runs", params={"q": "ai costs", "limit": 1})).json()
    [entry] = listed["entries"]
    assert (entry["kind"], entry["status"]) == ("chat", "waiting")
    assert listed["next_cursor"] == entry["number"]
    older = await api.get("/runs", params={"before": listed["next_cursor"]})
    assert older.json() == {"entries": [], "next_cursor": None}
    url = f"/runs/{entry['run_id']}"
    assert (await api.get(f"{url}/entry")).json() == entry
    part = (await api.get(f"{url}/events", params={"limit": 2})).json()
    assert [event["seq"] for event in part["events"]] == [1, 2]
    assert part["has_more"]
    last = (await api.get(f"{url}/events", params={"type": "end"})).json()
    assert [event["type"] for event in last["events"]] == ["end"]
    assert not last["has_more"]
    assert last["types"]["end"] == 1
    before = (await api.get(f"{url}/events", params={"before": 4, "limit": 2})).json()
    assert ([event["seq"] for event in before["events"]], before["has_more"]) == ([2, 3], True)


async def test_text_and_times_of_any_kind_are_taken(api: httpx.AsyncClient) -> None:
    for query in ("q=a%00b", "assistant_id=%00", "since=2026-01-01T00:00:00", "q="):
        assert (await api.get(f"/runs?{query}")).json()["entries"] == []
