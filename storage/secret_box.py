"""Envelope encryption: each tenant has data keys of its own, wrapped under the service's key.

AES-256-GCM throughout. What a ciphertext belongs to is authenticated with it: the wrapped key to
its tenant and version, a secret to its tenant, connection and key version. A row that is copied to
another tenant or connection so opens nowhere.
"""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from domain.errors import SecretUnreadable

_KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12
_ID_BYTES: Final = 8
#: What keys are derived for; another purpose gives another key.
_WRAPPING: Final = b"goldenpath connections: wrapping of tenants' keys, 1"
_NAMING: Final = b"goldenpath connections: name of the service's key, 1"


@dataclass(frozen=True, slots=True)
class WrappedKey:
    """A tenant's data key as the database keeps it."""

    tenant_id: str
    version: int
    #: Names the service's key that it is wrapped under; it says nothing about that key.
    master_id: str
    wrapped: bytes


@dataclass(frozen=True, slots=True)
class SealedPlace:
    """What a secret belongs to."""

    tenant_id: str
    connection_id: UUID
    key_version: int

    def authenticated(self) -> bytes:
        """The place as it is authenticated."""
        return _authenticated("secret", self.tenant_id, str(self.connection_id), self.key_version)


class SecretBox:
    """Wraps and unwraps data keys, and opens what older service keys have wrapped."""

    def __init__(self, key: bytes, old_keys: Sequence[bytes] = ()) -> None:
        self._wrapping = {_name_of(each): _derived(each, _WRAPPING) for each in (*old_keys, key)}
        #: Names the key that new data keys are wrapped under.
        self.master_id = _name_of(key)

    def new_key(self, tenant_id: str, version: int) -> WrappedKey:
        """A new data key of a tenant."""
        bound = _authenticated("key", tenant_id, self.master_id, version)
        data_key = AESGCM.generate_key(8 * _KEY_BYTES)
        wrapped = _sealed(self._wrapping[self.master_id], data_key, bound)
        return WrappedKey(tenant_id, version, self.master_id, wrapped)

    def seal(self, key: WrappedKey, place: SealedPlace, secrets: Mapping[str, str]) -> bytes:
        """Encrypt the secrets of one connection; raises `SecretUnreadable`."""
        return _sealed(self._unwrapped(key), json.dumps(secrets).encode(), place.authenticated())

    def open(self, key: WrappedKey, place: SealedPlace, sealed: bytes) -> dict[str, str]:
        """The secrets of one connection; raises `SecretUnreadable`."""
        return json.loads(_opened(self._unwrapped(key), sealed, place.authenticated()))

    def _unwrapped(self, key: WrappedKey) -> bytes:
        wrapping = self._wrapping.get(key.master_id)
        if wrapping is None:
            raise SecretUnreadable
        bound = _authenticated("key", key.tenant_id, key.master_id, key.version)
        return _opened(wrapping, key.wrapped, bound)


def _sealed(key: bytes, content: bytes, bound: bytes) -> bytes:
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, content, bound)


def _opened(key: bytes, sealed: bytes, bound: bytes) -> bytes:
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], bound)
    except (InvalidTag, ValueError) as error:
        raise SecretUnreadable from error


def _authenticated(*parts: str | int) -> bytes:
    # As JSON no two lists of parts are the same bytes.
    return json.dumps(parts).encode()


def _derived(key: bytes, purpose: bytes, length: int = _KEY_BYTES) -> bytes:
    return HKDF(SHA256(), length, salt=None, info=purpose).derive(key)


def _name_of(key: bytes) -> str:
    return _derived(key, _NAMING, _ID_BYTES).hex()
