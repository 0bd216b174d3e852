"""Messages that came in, as those who answer them need to know of them."""

from datetime import datetime
from typing import Protocol

from domain.identity import UserContext


class InboundMessages(Protocol):
    """When somebody wrote last."""

    async def last_at(
        self, user: UserContext, service: str, sender: str, receiver: str
    ) -> datetime | None:
        """The moment of the newest message from `sender` to the user's `receiver`; None: unknown.

        Numbers are written as in +14155550123.
        """
        ...
