"""What an owner does with a draft until it is live: answers its questions, names their accounts."""

from typing import Any
from urllib.parse import urlsplit

from tests.e2e.templates.shop import CUSTOMER, Shop
from tests.server.workflows.world import Json
from tests.standins.google_server import SHARED
from tests.standins.razorpay_server import PAYMENT

_ROW: Json = {
    "name": "Asha",
    "email": "asha@example.com",
    "phone": CUSTOMER,
    "quantity": 3,
    "amount": 1200,
    "amount_minor": 120000,
    "currency": "INR",
}
_COLUMNS = ", ".join(
    f"{value if isinstance(value, int) else repr(value)} AS {name}" for name, value in _ROW.items()
)
#: By parameter.
_ANSWERS: Json = {
    "spreadsheet_id": SHARED,
    "channel": "#general",
    "to": ["team@example.com"],
    "sql": f"SELECT {_COLUMNS}",
    "phone_number": CUSTOMER,
    "payment_id": PAYMENT,
    "column": "name",
    "value": "Asha",
    "range": "Sheet1",
    "amount_minor": 120000,
    **dict.fromkeys(("message", "text", "body", "subject", "content"), "Hello"),
}


async def answered(shop: Shop, draft: Json) -> Json:
    """The draft's blueprint with an answer to each question, at the addresses of the providers."""
    blueprint = draft["blueprint"]
    answers = {**_ANSWERS, "url": shop.outside.echo.url, "file_id": await _file(shop)}
    nodes = {node["id"]: node for node in blueprint["nodes"]}
    for question in draft["questions"]:
        name = question["field"].removeprefix("data.params.")
        if question["node_id"] in nodes and name in answers:
            nodes[question["node_id"]]["data"]["params"][name] = answers[name]
    for node in blueprint["nodes"]:
        _settle(shop, node["data"]["params"])
    await shop.connect(blueprint)
    return blueprint


async def _file(shop: Shop) -> str:
    """The id of an uploaded table."""
    table = "\n".join([",".join(_ROW), ",".join(map(str, _ROW.values()))])
    files = {"file": ("rows.csv", table.encode(), "text/csv")}
    answer = await shop.site.api.post("/files", files=files)
    assert answer.is_success, answer.text
    return answer.json()["file_id"]


def _settle(shop: Shop, params: dict[str, Any]) -> None:
    """Whatever the workflow names is there; whom it asks is the owner, who has to answer."""
    if isinstance(params.get("channel"), str):
        shop.outside.slack.messages.setdefault(params["channel"], [])
    if "spreadsheet_id" in params:
        sheet = str(params.get("range", "Sheet1")).split("!")[0].strip("'")
        shop.outside.google.sheets[sheet] = [list(_ROW), list(_ROW.values())]
    if "approvers" in params:
        params["approvers"] = ["owner"]
    if isinstance(params.get("url"), str):
        params["url"] = shop.outside.echo.url + urlsplit(params["url"]).path
