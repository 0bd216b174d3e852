"""Rows of Google Sheets, and the signed statement that opens them."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from pydantic import ValidationError

from domain.errors import OutcomeUnknown, ProviderBusy, ProviderRefused
from tests.standins.google_server import EMAIL, FOREIGN, SHARED, GoogleServer, key_file
from tests.standins.http_server import running_http_server
from tests.standins.provider_server import Reply
from tests.tools.integrations.calls import Calls, find, run
from tools.integration import Call
from tools.integrations.google_sheets import INTEGRATION


@pytest.fixture
async def server() -> AsyncIterator[GoogleServer]:
    async with running_http_server(kind=GoogleServer) as running:
        assert isinstance(running, GoogleServer)
        running.sheets["Payments"] = [
            ["Name", "Amount", ""],
            ["Asha", 499, "x"],
            ["Ravi"],
            [],
            ["asha", 700],
        ]
        yield running


@pytest.fixture
def call(calls: Calls, server: GoogleServer) -> Call:
    return signed(calls, server)


def signed(calls: Calls, server: GoogleServer, **changed: str) -> Call:
    secrets = {"service_account": key_file(server.token_uri, **changed)}
    return calls.call("google_service_account", {"base_url": server.url}, secrets)


def at(cells: str, **more: Any) -> dict[str, Any]:
    return {"spreadsheet_id": SHARED, "range": cells, **more}


async def test_rows_are_read_by_their_headings(call: Call) -> None:
    found = await run(INTEGRATION, "read_rows", call, **at("Payments", limit=2))
    assert found.columns == ["Name", "Amount"]
    assert found.rows == [{"Name": "Asha", "Amount": 499}, {"Name": "Ravi", "Amount": None}]
    assert (found.row_count, found.is_cut) == (4, True)
    bare = await run(INTEGRATION, "read_rows", call, **at("Payments!A2:B3", has_header=False))
    assert (bare.values, bare.row_count, bare.is_cut) == ([["Asha", 499], ["Ravi"]], 2, False)


async def test_the_sign_in_is_used_again(call: Call, server: GoogleServer) -> None:
    for _ in range(3):
        await run(INTEGRATION, "read_rows", call, **at("Payments"))
    assert len(server.tokens) == 1


async def test_a_row_is_added_as_it_is_and_no_text_becomes_a_formula(
    call: Call, server: GoogleServer
) -> None:
    made = await run(INTEGRATION, "append_row", call, **at("Payments", values=["=1+1", 5, None]))
    assert server.sheets["Payments"][-1] == ["=1+1", 5, ""]
    assert (made.updated_range, made.row_number) == ("Payments!A6:C6", 6)


async def test_a_row_by_headings_goes_below_them(call: Call, server: GoogleServer) -> None:
    await run(INTEGRATION, "append_row", call, **at("Payments", values={"Amount": 9}))
    assert server.sheets["Payments"][-1] == ["", 9]
    with pytest.raises(ProviderRefused, match=r"no heading Total\. It has Name, Amount"):
        await run(INTEGRATION, "append_row", call, **at("Payments", values={"Total": 9}))


async def test_cells_are_written_and_a_lost_answer_is_cleared_up_by_reading(
    call: Call, server: GoogleServer
) -> None:
    params = at("Payments!B3", values=[[800, None], [900, "late"]])
    await run(INTEGRATION, "read_rows", call, **at("Payments"))
    assert await find(INTEGRATION, "update_range", call, **params) is None
    server.lost_answers = 1
    with pytest.raises(OutcomeUnknown):
        await run(INTEGRATION, "update_range", call, **params)
    found = await find(INTEGRATION, "update_range", call, **params)
    assert found.updated_range == "Payments!B3:C4"
    assert server.sheets["Payments"][2:4] == [["Ravi", 800, ""], ["", 900, "late"]]


async def test_the_first_row_that_fits_is_found(call: Call) -> None:
    asked = at("Payments!A1:B", column="Name", value="ASHA")
    found = await run(INTEGRATION, "find_row", call, **asked)
    assert (found.found, found.row_number) == (True, 2)
    assert found.row == {"Name": "Asha", "Amount": 499}
    number = await run(INTEGRATION, "find_row", call, **at("Payments", column="Amount", value=700))
    assert (number.row_number, number.row["Name"]) == (5, "asha")
    none = await run(INTEGRATION, "find_row", call, **at("Payments", column="Name", value="Zoe"))
    assert (none.found, none.row, none.row_number) == (False, {}, None)
    with pytest.raises(ProviderRefused, match="Choose one of Name, Amount"):
        await run(INTEGRATION, "find_row", call, **at("Payments", column="Phone", value="1"))


async def test_an_address_out_of_the_browser_is_a_spreadsheet(
    call: Call, server: GoogleServer
) -> None:
    address = f"https://docs.google.com/spreadsheets/d/{SHARED}/edit#gid=0"
    await run(INTEGRATION, "read_rows", call, spreadsheet_id=address, range="Payments")
    assert server.questions("GET")[0].path == f"/v4/spreadsheets/{SHARED}/values/Payments"
    with pytest.raises(ValidationError):
        await run(INTEGRATION, "read_rows", call, spreadsheet_id="../x", range="Payments")


async def test_what_is_not_shared_is_refused_with_what_to_do(call: Call) -> None:
    with pytest.raises(ProviderRefused, match=r"\(PERMISSION_DENIED\)\. Share the spreadsheet"):
        await run(INTEGRATION, "read_rows", call, spreadsheet_id=FOREIGN, range="Payments")
    with pytest.raises(ProviderRefused, match="Unable to parse range: Nowhere!A1"):
        await run(INTEGRATION, "read_rows", call, **at("Nowhere!A1"))


async def test_too_many_calls_are_put_off(call: Call, server: GoogleServer) -> None:
    await run(INTEGRATION, "read_rows", call, **at("Payments"))
    said = {"error": {"code": 429, "message": "Quota exceeded", "status": "RESOURCE_EXHAUSTED"}}
    server.troubles = [Reply(429, said)]
    with pytest.raises(ProviderBusy, match="Quota exceeded"):
        await run(INTEGRATION, "append_row", call, **at("Payments", values=[1]))


async def test_the_connection_says_whose_it_is(calls: Calls, server: GoogleServer) -> None:
    assert INTEGRATION.test
    said = await INTEGRATION.test(signed(calls, server))
    assert said == f"Signed in to Google as {EMAIL}. Share your spreadsheets with it."
    with pytest.raises(ProviderRefused, match="account not found"):
        await INTEGRATION.test(signed(calls, server, client_email="nobody@example.com"))
    for broken in ({"type": "authorized_user"}, {"private_key": "none"}):
        with pytest.raises(ProviderRefused, match="key file of the service account again"):
            await INTEGRATION.test(signed(calls, server, **broken))
