"""Values under telling names are replaced, and nothing else is touched."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.masking import MASK, masked

TELLING = (
    "password", "passwd", "passphrase", "PASSWORD", "db_password", "secret", "client_secret",
    "token", "access_token", "apiKey", "api_key", "api-key", "OPENAI_API_KEY", "Authorization",
    "credential", "private_key", "privateKey",
)  # fmt: skip
HARMLESS = (
    "max_token", "input_tokens", "output_token", "totalToken", "completion_token", "prompt-token",
    "tokens", "keyboard", "passage", "secretary", "authorizations", "name", "pass_rate", "key",
)  # fmt: skip


@pytest.mark.parametrize("name", TELLING)
def test_a_telling_name_hides_its_value(name: str) -> None:
    assert masked({name: "s3cret"}) == {name: MASK}


@pytest.mark.parametrize("name", HARMLESS)
def test_a_harmless_name_keeps_its_value(name: str) -> None:
    assert masked({name: "visible"}) == {name: "visible"}


def test_secrets_are_found_however_deep_they_are() -> None:
    given = {"calls": [{"headers": {"authorization": "Bearer x", "accept": "json"}}]}
    headers = {"authorization": MASK, "accept": "json"}
    assert masked(given) == {"calls": [{"headers": headers}]}


def test_what_is_under_a_telling_name_is_hidden_whole() -> None:
    assert masked({"credential": {"user": "me", "pin": 1234}}) == {"credential": MASK}


def test_an_absent_secret_is_shown_as_absent() -> None:
    assert masked({"api_key": None, "token": ""}) == {"api_key": None, "token": ""}


def test_a_secret_number_is_hidden_too() -> None:
    assert masked({"token": 0}) == {"token": MASK}


def test_the_original_keeps_its_secrets() -> None:
    given = {"inner": {"token": "x"}}
    masked(given)
    assert given == {"inner": {"token": "x"}}


def test_names_that_are_no_text_are_left_alone() -> None:
    assert masked({1: "a", None: "b"}) == {1: "a", None: "b"}


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["token", "a", "b", "password"]), inner, max_size=3)
    ),
    max_leaves=15,
)


@given(_JSON)
def test_masking_twice_is_masking_once(value: object) -> None:
    assert masked(masked(value)) == masked(value)
