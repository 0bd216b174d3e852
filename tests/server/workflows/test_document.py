"""What docs/workflows.md shows works as it is shown."""

import json
import re
from typing import Any

from tests.architecture.sources import REPOSITORY
from tests.server.workflows.world import Site

DOCUMENT = (REPOSITORY / "docs" / "workflows.md").read_text("utf-8")


def example() -> dict[str, Any]:
    """The workflow that the document makes."""
    found = re.search(r"<<'JSON'\n(.*?)\nJSON", DOCUMENT, re.DOTALL)
    assert found
    return json.loads(found.group(1))


def payload() -> dict[str, Any]:
    """What the document executes it with."""
    found = re.search(r"-d '(\{\"payload\".*?\})'\n", DOCUMENT)
    assert found
    return json.loads(found.group(1))


async def test_the_example_is_saved_made_live_and_executed(site: Site) -> None:
    made = (await site.api.post("/workflows", json=example())).json()
    url = f"/workflows/{made['workflow_id']}"
    saved = await site.api.put(url, json=example(), headers={"If-Match": "1"})
    assert saved.json()["version"] == 2
    live = await site.api.post(f"{url}/activate", json={})
    assert live.status_code == 200, live.text
    started = await site.api.post(f"{url}/execute", json=payload())
    done = await site.until(started.json()["run_id"], "success")
    assert done["trigger_data"] == {"amount": 1500}


async def test_every_route_that_it_names_is_there(site: Site) -> None:
    paths = (await site.api.get("/openapi.json")).json()["paths"]
    shapes = {re.sub(r"\{\w+\}", "{}", path) for path in paths}
    named = re.findall(r"(?:GET|POST|PUT|DELETE) (/workflow[\w\-/{}]*)", DOCUMENT)
    assert len(named) > 8
    missing = {path for path in named if re.sub(r"\{\w+\}", "{}", path) not in shapes}
    assert missing == set()
