"""The list of connections escapes what people wrote, and shows no credentials."""

from datetime import UTC, datetime

from ui.api_models import Connection, ConnectionKind
from ui.pages.connections.views import connection_list, live_line

WHEN = datetime(2026, 1, 2, tzinfo=UTC)
ONE = Connection(
    connection_id="id-1",
    name="<b>CRM</b>",
    kind="api_key",
    settings={"base_url": "https://x.example/<i>"},
    secrets_set_at=WHEN,
)
OFF = ONE.model_copy(update={"name": "Off", "status": "off", "last_used_at": WHEN})
KINDS = [ConnectionKind(name="api_key", title="API key")]


def test_what_people_wrote_is_text() -> None:
    shown = connection_list([ONE], KINDS)
    assert "&lt;b&gt;CRM&lt;/b&gt;" in shown
    assert "<b>" not in shown
    assert "<i>" not in shown


def test_a_connection_shows_its_kind_and_when_it_was_set_and_used() -> None:
    shown = connection_list([ONE, OFF], KINDS)
    assert "API key" in shown
    assert "2026-01-02" in shown
    assert ("never" in shown, 'data-action="on"' in shown, 'data-action="off"' in shown) == (
        True,
        True,
        True,
    )


def test_the_line_beside_the_heading_counts() -> None:
    assert live_line([]) == "None yet"
    assert live_line([ONE]) == "1 connection"
    assert live_line([ONE, OFF]) == "2 connections, 1 switched off"
