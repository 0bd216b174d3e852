"""A secret opens with its own key, at its own place, and nowhere else."""

from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from domain.errors import SecretUnreadable
from storage.secret_box import SealedPlace, SecretBox

OLD, NEW = b"o" * 32, b"n" * 32
SECRETS = {"api_key": "sk-canary-1234"}
PLACE = SealedPlace("acme", UUID(int=1), 1)


def test_what_is_sealed_opens_again_and_looks_like_nothing() -> None:
    box = SecretBox(OLD)
    key = box.new_key("acme", 1)
    sealed = box.seal(key, PLACE, SECRETS)
    assert box.open(key, PLACE, sealed) == SECRETS
    assert b"canary" not in sealed
    assert box.seal(key, PLACE, SECRETS) != sealed
    assert OLD not in key.wrapped


@pytest.mark.parametrize(
    "place",
    [
        replace(PLACE, tenant_id="rival"),
        replace(PLACE, connection_id=uuid4()),
        replace(PLACE, key_version=2),
    ],
)
def test_it_opens_nowhere_else(place: SealedPlace) -> None:
    box = SecretBox(OLD)
    key = box.new_key("acme", 1)
    with pytest.raises(SecretUnreadable):
        box.open(key, place, box.seal(key, PLACE, SECRETS))


def test_a_wrapped_key_is_its_tenants_and_versions_own() -> None:
    box = SecretBox(OLD)
    key = box.new_key("acme", 1)
    sealed = box.seal(key, PLACE, SECRETS)
    for stolen in (replace(key, tenant_id="rival"), replace(key, version=2)):
        with pytest.raises(SecretUnreadable):
            box.open(stolen, PLACE, sealed)


@pytest.mark.parametrize("at", [0, 12, 20, -1])
def test_a_changed_byte_is_noticed(at: int) -> None:
    box = SecretBox(OLD)
    key = box.new_key("acme", 1)
    sealed = bytearray(box.seal(key, PLACE, SECRETS))
    sealed[at] ^= 1
    with pytest.raises(SecretUnreadable):
        box.open(key, PLACE, bytes(sealed))
    for cut in (b"", bytes(sealed[:5])):
        with pytest.raises(SecretUnreadable):
            box.open(key, PLACE, cut)


def test_another_services_key_opens_nothing_and_an_old_one_what_it_closed() -> None:
    old = SecretBox(OLD)
    key = old.new_key("acme", 1)
    sealed = old.seal(key, PLACE, SECRETS)
    with pytest.raises(SecretUnreadable):
        SecretBox(NEW).open(key, PLACE, sealed)
    both = SecretBox(NEW, [OLD])
    assert both.open(key, PLACE, sealed) == SECRETS
    assert both.new_key("acme", 2).master_id == SecretBox(NEW).master_id != old.master_id
