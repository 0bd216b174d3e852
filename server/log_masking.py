"""Secrets in use are masked in the log, whoever logs them and at whatever level."""

import logging
from collections.abc import Generator
from contextlib import contextmanager

from domain.revealed_secrets import SecretMask


class SecretFilter(logging.Filter):
    """Masks what a record says: its message, its exception and its stack."""

    def __init__(self, mask: SecretMask) -> None:
        super().__init__()
        self._mask = mask
        self._formatter = logging.Formatter()

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record pass, masked."""
        message = record.getMessage()
        masked = self._mask.text(message)
        if masked != message:
            record.msg, record.args = masked, None
        if record.exc_info and not record.exc_text:
            # Formatters take the text that is there and make none of their own.
            record.exc_text = self._formatter.formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = self._mask.text(record.exc_text)
        if record.stack_info:
            record.stack_info = self._mask.text(record.stack_info)
        return True


@contextmanager
def masked_log(mask: SecretMask) -> Generator[None]:
    """Mask whatever the root's handlers are given, for as long as the context lasts."""
    # Filters of loggers do not see what their children log; those of handlers see everything.
    handlers = list(logging.getLogger().handlers)
    secret_filter = SecretFilter(mask)
    for handler in handlers:
        handler.addFilter(secret_filter)
    try:
        yield
    finally:
        for handler in handlers:
            handler.removeFilter(secret_filter)
