"""The log has no secret in use, however it is logged."""

import io
import logging
from collections.abc import Iterator

import pytest

from domain.masking import MASK
from domain.revealed_secrets import SecretMask
from server.log_masking import masked_log

SECRET = "sk-0123456789"
logger = logging.getLogger("some.library")


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    logging.getLogger().addHandler(handler)
    logger.setLevel(logging.DEBUG)
    mask = SecretMask()
    mask.add([SECRET])
    with masked_log(mask):
        yield written
    logging.getLogger().removeHandler(handler)
    logger.setLevel(logging.NOTSET)


def test_messages_arguments_exceptions_and_stacks_are_masked(log: io.StringIO) -> None:
    logger.debug("with %s in %r", SECRET, {"a": SECRET})
    logger.info(SECRET, stack_info=True)
    try:
        raise LookupError(SECRET) from ValueError(SECRET)
    except LookupError:
        logger.exception("failed")
    said = log.getvalue()
    assert SECRET not in said
    assert said.count(MASK) == 5
    assert "LookupError" in said


def test_what_holds_no_secret_is_as_it_was(log: io.StringIO) -> None:
    logger.debug("%s and %s", 1, 2)
    logger.debug("100 %")
    assert log.getvalue() == "1 and 2\n100 %\n"
