"""One spelling for each address."""

import pytest

from domain.accounts.emails import normalise_email
from domain.errors import InvalidInput


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("ann@example.com", "ann@example.com"),
        ("  Ann@Example.COM \n", "ann@example.com"),
        ("\uff21nn@example.com", "ann@example.com"),
        ("ANN+tag@localhost", "ann+tag@localhost"),
        ("e\u0301va@example.com", "éva@example.com"),
        ("E\u0301va@example.com", "éva@example.com"),
    ],
)
def test_an_address_is_spelled_in_one_way(text: str, address: str) -> None:
    assert normalise_email(text) == address
    assert normalise_email(address) == address


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ann",
        "@example.com",
        "ann@",
        "ann@@example.com",
        "a b@example.com",
        "a@b..com",
        "ann@example.com\x00",
        "<ann@example.com>",
        "a@b.",
        "a" * 250 + "@b.com",
    ],
)
def test_what_is_no_address_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        normalise_email(text)
    assert "ann" not in str(caught.value)
