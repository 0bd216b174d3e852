"""Secrets show themselves to nobody, and are masked in whatever form they turn up."""

import base64
import copy
import json
import pickle
from urllib.parse import quote, quote_plus

import ormsgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from checkpoints.serializer import serializer
from domain.masking import MASK
from domain.revealed_secrets import Revealed, SecretMask

SECRET = 's3cr3t "quoted" \\ Grüße/+='


@pytest.fixture
def revealed() -> Revealed:
    return Revealed("api_key", {}, {"api_key": SECRET})


def test_it_is_not_printed_stored_or_put_into_a_state(revealed: Revealed) -> None:
    assert revealed["api_key"] == SECRET
    for shown in (repr(revealed), str(revealed), f"{revealed}", str({"x": [revealed]})):
        assert "s3cr3t" not in shown
    for store in (pickle.dumps, copy.deepcopy, json.dumps, serializer().dumps_typed):
        with pytest.raises(TypeError):
            store(revealed)


@pytest.mark.parametrize(
    "form",
    [
        lambda text: text,
        json.dumps,
        lambda text: json.dumps(text, ensure_ascii=False),
        lambda text: quote(text, safe=""),
        quote_plus,
        lambda text: base64.b64encode(text.encode()).decode(),
        lambda text: base64.b64encode(text.encode()).decode().rstrip("="),
    ],
)
def test_it_is_masked_in_every_form(form) -> None:
    mask = SecretMask()
    mask.add([SECRET])
    said = f"before {form(SECRET)} after"
    masked = mask.text(said)
    assert masked.startswith("before ")
    assert masked.endswith(" after")
    assert MASK in masked
    assert "s3cr3t" not in masked
    assert form(SECRET).strip('"') not in masked
    data = mask.data(said.encode())
    assert len(data) == len(said.encode())
    assert form(SECRET).strip('"').encode() not in data


def test_a_user_name_and_password_are_masked_as_they_are_sent() -> None:
    mask = SecretMask()
    mask.add_revealed({"username": "ann"}, {"password": "hunter22"})
    sent = base64.b64encode(b"ann:hunter22").decode()
    assert mask.text(f"Authorization: Basic {sent}") == f"Authorization: Basic {MASK}"


@given(st.text(min_size=6, max_size=40), st.text(max_size=20), st.text(max_size=20))
def test_no_secret_is_left_in_a_text(secret: str, before: str, after: str) -> None:
    mask = SecretMask()
    mask.add([secret])
    masked = mask.text(f"{before}{secret}{after}")
    assert secret not in masked or secret in MASK


def test_masked_bytes_are_still_what_they_were() -> None:
    mask = SecretMask()
    mask.add(["abcdef-123456"])
    packed = ormsgpack.packb({"a": ["x abcdef-123456 y", 7], "b": b"abcdef-123456"})
    assert ormsgpack.unpackb(mask.data(packed)) == {
        "a": [f"x {'*' * 13} y", 7],
        "b": b"*" * 13,
    }


def test_the_longer_of_two_is_masked_whole() -> None:
    mask = SecretMask()
    mask.add(["secret-1", "secret-1-and-more"])
    assert mask.text("secret-1-and-more secret-1") == f"{MASK} {MASK}"


def test_nothing_is_masked_while_nothing_is_in_use() -> None:
    mask = SecretMask()
    assert mask.is_empty
    mask.add(["short", ""])
    assert mask.is_empty
    assert mask.text("short") == "short"


def test_the_longest_unused_are_forgotten() -> None:
    mask = SecretMask()
    mask.add(f"secret-{number:04}" for number in range(600))
    assert mask.text("secret-0000") == "secret-0000"
    assert mask.text("secret-0599") == MASK
