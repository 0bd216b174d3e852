"""Random tokens: cookies, keys and one-time links; only their hashes are kept."""

import hashlib
import secrets
from typing import Final

#: How each kind begins. A key shows what it is wherever it turns up.
SESSION: Final = "gps_"
REFRESH: Final = "gpr_"
API_KEY: Final = "gp_"
LINK: Final = ""

_BYTES: Final = 32
#: So much of a key is kept to tell keys apart.
_SHOWN: Final = len(API_KEY) + 6


def new_token(kind: str) -> str:
    """A token that nobody guesses."""
    return kind + secrets.token_urlsafe(_BYTES)


def hashed(token: str) -> bytes:
    """What is kept of a token: what is random needs no salt and no slow hash."""
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).digest()


def shown_part(token: str) -> str:
    """How a key begins."""
    return token[:_SHOWN]
