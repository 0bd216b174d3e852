"""Forms as HTML: every value comes back as what it was, and nothing entered becomes markup."""

from html.parser import HTMLParser
from typing import Any

import pytest

from ui.form_html import PREFIX, fields_html, sent_values
from ui.forms import Field, FormError, changes_of, fields_of_values

VALUES: dict[str, Any] = {
    "amount": 5,
    "rate": 0.5,
    "is_urgent": True,
    "note": "fine",
    "trigger_data.items": [{"sku": "a"}],
}


class Inputs(HTMLParser):
    """What a browser would send of untouched inputs."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: dict[str, str] = {}
        self.tags: list[str] = []
        self._area = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        given = dict(attrs)
        name = given.get("name") or ""
        if tag == "input" and (given.get("type") != "checkbox" or "checked" in given):
            self.sent[name] = given.get("value") or ""
        if tag == "textarea":
            self._area = name
            self.sent[name] = ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self.sent[self._area] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._area = ""


def sent_of(fields: tuple[Field, ...]) -> dict[str, str]:
    inputs = Inputs()
    inputs.feed(fields_html(fields, "form"))
    return inputs.sent


def test_untouched_values_come_back_as_they_were() -> None:
    fields = fields_of_values(VALUES)
    assert changes_of(VALUES, sent_values(fields, sent_of(fields))) == {}


def test_what_was_changed_keeps_its_kind() -> None:
    fields = fields_of_values(VALUES)
    sent = sent_of(fields)
    del sent[PREFIX + "is_urgent"]
    sent |= {PREFIX + "amount": "7", PREFIX + "rate": "0.25", PREFIX + "note": "42"}
    changed = changes_of(VALUES, sent_values(fields, sent))
    assert changed == {"is_urgent": False, "amount": 7, "rate": 0.25, "note": "42"}


@pytest.mark.parametrize(
    ("name", "entered", "said"),
    [
        ("amount", "seven", "amount must be a number"),
        ("amount", "", "amount is needed"),
        ("trigger_data.items", "[", "is not JSON"),
    ],
)
def test_what_does_not_fit_is_said(name: str, entered: str, said: str) -> None:
    fields = fields_of_values(VALUES)
    sent = sent_of(fields) | {PREFIX + name: entered}
    with pytest.raises(FormError, match=said):
        changes_of(VALUES, sent_values(fields, sent))


def test_choices_are_sent_as_their_text_and_kept_as_what_they_are() -> None:
    field = Field("size", "Size", "choice", choices=(1, 2))
    assert sent_values([field], {PREFIX + "size": "2"}) == [2]


def test_nothing_entered_becomes_markup() -> None:
    evil = '"><script>alert(1)</script>'
    fields = fields_of_values({evil: evil, "json": [evil]})
    inputs = Inputs()
    inputs.feed(fields_html(fields, "form"))
    assert "script" not in inputs.tags
    assert changes_of({evil: evil, "json": [evil]}, sent_values(fields, inputs.sent)) == {}
