"""What a connection needs is checked by kind, and never quoted."""

import pytest

from domain.connections import (
    ConnectionField,
    ConnectionKind,
    ConnectionKinds,
    checked_name,
    checked_values,
)
from domain.errors import InvalidInput

KINDS = ConnectionKinds()
GOOD = {
    "api_key": ({"base_url": "https://api.example.com/v1"}, {"api_key": " sk-123456 "}),
    "basic": ({"username": "ann"}, {"password": "pass word"}),
    "http_header": ({"header": "X-Api-Key"}, {"value": "abcdef"}),
}


@pytest.mark.parametrize("name", GOOD)
def test_the_values_of_a_kind_are_told_apart(name: str) -> None:
    settings, secrets = GOOD[name]
    values = checked_values(KINDS.get(name), settings, secrets)
    assert values.settings == settings
    assert values.secrets == {key: value.strip() for key, value in secrets.items()}
    assert set(secrets) == KINDS.get(name).secret_names()


@pytest.mark.parametrize(
    ("kind", "settings", "secrets", "said"),
    [
        ("api_key", {}, {}, "api_key: a value is needed"),
        ("api_key", {}, {"api_key": "  "}, "api_key: a value is needed"),
        ("api_key", {}, {"api_key": "12345"}, "at least 6 characters"),
        ("api_key", {}, {"api_key": "x" * 8001}, "no more than 8000"),
        ("api_key", {}, {"api_key": "abc\x00def"}, "cannot be kept"),
        ("api_key", {}, {"api_key": "abcdef\ud800"}, "cannot be kept"),
        ("api_key", {"api_key": "abcdef"}, {"api_key": "abcdef"}, "settings: a connection of"),
        ("api_key", {}, {"api_key": "abcdef", "other": "x"}, "secrets: a connection of"),
        ("api_key", {"base_url": "ftp://x"}, {"api_key": "abcdef"}, "base_url: the value"),
        ("api_key", {"base_url": "https://u:p@x/"}, {"api_key": "abcdef"}, "base_url: the value"),
        ("basic", {"username": "a:b"}, {"password": "abcdef"}, "username: the value"),
        ("http_header", {"header": "X"}, {"value": "abc\ndef"}, "value: the value"),
        ("http_header", {"header": "X: y\r\nZ"}, {"value": "abcdef"}, "header: the value"),
    ],
)
def test_what_does_not_fit_is_said_without_its_value(
    kind: str, settings: dict[str, str], secrets: dict[str, str], said: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        checked_values(KINDS.get(kind), settings, secrets)
    assert said in str(caught.value)
    for value in secrets.values():
        assert not value.strip() or value.strip() not in str(caught.value)


def test_integrations_bring_kinds() -> None:
    crm = ConnectionKind("crm", "CRM", "", (ConnectionField("token", "Token", is_secret=True),))
    kinds = ConnectionKinds([crm])
    assert kinds.get("crm") is crm
    assert [kind.name for kind in kinds.all()] == ["api_key", "crm", "http_header", "basic"]
    with pytest.raises(InvalidInput, match="no such kind"):
        KINDS.get("crm")


@pytest.mark.parametrize("name", ["", "  ", "x" * 101, "two\nlines"])
def test_a_name_is_one_line(name: str) -> None:
    with pytest.raises(InvalidInput, match="name:"):
        checked_name(name)
