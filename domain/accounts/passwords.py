"""Which passwords are good enough: long ones that nobody tries first."""

import unicodedata
from importlib.resources import files
from typing import Final

from domain.errors import InvalidInput

SHORTEST: Final = 10
#: Hashing takes as long as its text, and nobody types so much.
LONGEST: Final = 256

#: What is tried first, of those that are long enough, in lower case.
_COMMONEST: Final = frozenset(
    (files("domain") / "accounts" / "common_passwords.txt").read_text("utf-8").split()
)


def check_password(password: str, email: str = "") -> str:
    """The password in the one spelling that is hashed; raises `InvalidInput` for a poor one."""
    text = spelled(password)
    if len(text) < SHORTEST:
        raise InvalidInput(f"The password is too short. Take {SHORTEST} characters or more.")
    if len(text) > LONGEST:
        raise InvalidInput(f"The password is too long. Take {LONGEST} characters at most.")
    lowered = text.lower()
    if lowered in _COMMONEST or len(set(lowered)) <= 2:
        raise InvalidInput("This password is among the first that are tried. Take another one.")
    if email and lowered in (email, email.partition("@")[0]):
        raise InvalidInput("The password is the e-mail address. Take another one.")
    return text


def spelled(password: str) -> str:
    """A password as it is hashed: the same characters however a keyboard composes them."""
    return unicodedata.normalize("NFKC", password)
