"""How many drafts really run: saved, answered, live, and started with their trigger's sample.

`-s` shows the figure as a JSON line.
"""

import asyncio
import json

from benchmarks.drafting.cases import Case, cases
from tests.e2e.templates.owner import answered
from tests.e2e.templates.shop import CUSTOMER, Shop
from tests.server.workflows.world import DEADLINE_S, Json
from tools.registry import shipped_integrations

SAMPLES = {
    (one.service, trigger.name): trigger.sample
    for one in shipped_integrations().all()
    for trigger in one.triggers
}
FORM = {"name": "Asha", "email": "asha@example.com", "phone": CUSTOMER, "budget": 60_000}
SAMPLES["webhook", "received"] = {**SAMPLES["webhook", "received"], "body": FORM}
#: Sentences whose drafts do not run, and why.
DO_NOT_RUN = {
    "lead-form": "a form whose fields nobody named is put into one cell, which takes no object",
    "slack-command": "the heading to look under is taken for the name of the command's field",
    "csv-loop": "numbers of a CSV file are texts, and the amount of a link is none",
}


async def test_drafts_run_to_their_end(shop: Shop) -> None:
    seen = [case for case in cases() if not case.is_held_out]
    failed: dict[str, str] = {}
    for case in seen:
        shop.forget()
        reason = await _reason(shop, case)
        if reason:
            failed[case.name] = reason
    rate = round(1 - len(failed) / len(seen), 3)
    figure = {"seen": {"drafts": len(seen), "run": len(seen) - len(failed), "resolve_rate": rate}}
    # With `-s` it is what somebody wants to read.
    print(json.dumps({"benchmark": "drafting_resolve", "source": "drafter", **figure}))  # noqa: T201
    assert failed.keys() == DO_NOT_RUN.keys(), json.dumps(failed, indent=1)


async def _reason(shop: Shop, case: Case) -> str:
    """Why the draft of a sentence does not run; empty when it does."""
    wish = {"prompt": case.turns[0].prompt, "time_zone": "Asia/Kolkata"}
    draft = await shop.post("/workflows/draft", **wish)
    blueprint = await answered(shop, draft)
    made = await shop.post("/workflows", name=case.name, blueprint=blueprint)
    url = f"/workflows/{made['workflow_id']}"
    live = await shop.site.api.post(f"{url}/activate", json={})
    if not live.is_success:
        return live.text
    trigger = next(node for node in blueprint["nodes"] if node["type"] == "trigger")
    sample = SAMPLES[trigger["data"]["service"], trigger["data"]["task"]]
    started = await shop.post(f"{url}/execute", payload=sample, trigger=trigger["id"])
    ended = await _ended(shop, made["workflow_id"], started["run_id"])
    await shop.site.api.delete(url)
    return "" if ended["status"] == "success" else ended["error"]


async def _ended(shop: Shop, workflow_id: str, run_id: str) -> Json:
    """The execution when it has ended: waits are over at once, and the owner approves."""
    async with asyncio.timeout(DEADLINE_S):
        while True:
            wanted = ("success", "error", "timeout", "cancelled", "waiting")
            found = await shop.site.until(run_id, *wanted)
            if found["status"] != "waiting":
                return found
            asked = (await shop.site.api.get("/approvals", params={"role": "approver"})).json()
            own = [one for one in asked if one["workflow_id"] == workflow_id]
            for one in own:
                await shop.post(f"/approvals/{one['approval_id']}/vote", decision="approved")
            if not own:
                await shop.pass_wait(workflow_id)
            await asyncio.sleep(0.02)
