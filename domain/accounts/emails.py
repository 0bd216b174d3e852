"""E-mail addresses: one spelling for each."""

import re
import unicodedata
from typing import Final

from domain.errors import InvalidInput

#: Deliberately loose: only a message that arrives proves an address.
_SHAPE: Final = re.compile(r"[^\s@<>\x00-\x1f]+@[^\s@<>.\x00-\x1f]+(\.[^\s@<>.\x00-\x1f]+)*")
_LONGEST: Final = 254


def normalise_email(text: str) -> str:
    """The address as it is kept and compared; raises `InvalidInput` when it is none."""
    address = unicodedata.normalize("NFKC", text).strip().lower()
    # Lower case may compose anew.
    address = unicodedata.normalize("NFKC", address)
    if len(address) > _LONGEST or not _SHAPE.fullmatch(address):
        raise InvalidInput("This is no e-mail address. Write it as name@example.com.")
    return address
