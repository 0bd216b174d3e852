"""What can go wrong with a message, as clients are told: a code, a sentence, a JSON-RPC number."""

import logging
from collections.abc import Mapping
from typing import Final, Literal

from domain.errors import (
    Conflict,
    DatabaseAway,
    GoldenpathError,
    InvalidInput,
    NotAllowed,
    NotFound,
    NotSignedIn,
    TooLarge,
    TooManyRequests,
    Unavailable,
)
from server.errors import DATABASE_FULL_SENTENCE
from storage.database import DATABASE_AWAY, DatabaseFull

logger = logging.getLogger(__name__)

FailureCode = Literal[
    "invalid_json",
    "invalid_request",
    "unknown_type",
    "invalid_message",
    "internal",
    "not_found",
    "conflict",
    "invalid_input",
    "unavailable",
    "too_large",
    "rate_limited",
    "user_mismatch",
    "binary_frame",
    "too_many_subscriptions",
    "not_signed_in",
    "not_allowed",
]

#: JSON-RPC's own numbers where it has one, else of the range that it leaves to servers.
RPC_NUMBERS: Final[Mapping[FailureCode, int]] = {
    "invalid_json": -32700,
    "invalid_request": -32600,
    "unknown_type": -32601,
    "invalid_message": -32602,
    "internal": -32603,
    "not_found": -32001,
    "conflict": -32002,
    "invalid_input": -32003,
    "unavailable": -32004,
    "too_large": -32005,
    "rate_limited": -32006,
    "user_mismatch": -32007,
    "binary_frame": -32008,
    "too_many_subscriptions": -32009,
    "not_signed_in": -32010,
    "not_allowed": -32011,
}

#: The first that fits counts, so children stand before their parents.
_CODES: tuple[tuple[type[Exception], FailureCode], ...] = (
    (NotFound, "not_found"),
    (Conflict, "conflict"),
    (TooLarge, "too_large"),
    (TooManyRequests, "rate_limited"),
    (InvalidInput, "invalid_input"),
    (NotSignedIn, "not_signed_in"),
    (NotAllowed, "not_allowed"),
    (Unavailable, "unavailable"),
    (GoldenpathError, "internal"),
)


class Refused(Exception):
    """A message that is not done: the connection stays, its sender is told why."""

    def __init__(self, code: FailureCode, sentence: str) -> None:
        super().__init__(sentence)
        self.code: FailureCode = code
        self.sentence = sentence


def refusal_of(error: Exception) -> Refused:
    """How a client is told of an error; what is no error of its own is logged."""
    if isinstance(error, Refused):
        return error
    if isinstance(error, GoldenpathError):
        return Refused(next(code for kind, code in _CODES if isinstance(error, kind)), str(error))
    if isinstance(error, DatabaseFull):
        logger.error("The disk of the database is full: %s", error)
        return Refused("unavailable", DATABASE_FULL_SENTENCE)
    if isinstance(error, DATABASE_AWAY):
        logger.warning("The database did not answer: %s", error)
        return Refused("unavailable", str(DatabaseAway()))
    logger.error("A message over the WebSocket failed.", exc_info=error)
    return Refused("internal", "Something went wrong here, not with your message. The log has it.")
