"""Which passwords are good enough."""

import pytest

from domain.accounts.passwords import LONGEST, SHORTEST, check_password, spelled
from domain.errors import InvalidInput


@pytest.mark.parametrize(
    "password", ["tall green lamp", "x7-Kd_w2!qz", "ää öö üü ßß", "🙂🙃🙂🙃🐌🐌🐌🐌🐌🐌"]
)
def test_a_long_one_of_its_own_passes_whatever_it_is_made_of(password: str) -> None:
    assert check_password(password) == spelled(password)


def test_the_shortest_and_the_longest_are_counted_in_characters() -> None:
    text = "abcdefgh" * 40
    assert check_password(("é" + text)[:SHORTEST])
    with pytest.raises(InvalidInput, match="too short"):
        check_password(("é" + text)[: SHORTEST - 1])
    assert check_password(text[:LONGEST])
    with pytest.raises(InvalidInput, match="too long"):
        check_password(text[: LONGEST + 1])


@pytest.mark.parametrize(
    "password",
    ["1234567890", "Password123", "QWERTYUIOP", "ababababab", "aaaaaaaaaaaaaaaa"],
)
def test_what_is_tried_first_is_refused(password: str) -> None:
    with pytest.raises(InvalidInput, match="first that are tried"):
        check_password(password)


@pytest.mark.parametrize("password", ["ann.miller@example.com", "Ann.Miller"])
def test_the_address_is_no_password(password: str) -> None:
    with pytest.raises(InvalidInput, match="e-mail address"):
        check_password(password, "ann.miller@example.com")


def test_keyboards_that_compose_differently_give_the_same() -> None:
    assert spelled("e\u0301t\u00e9 et hiver") == spelled("\u00e9te\u0301 et hiver")
