"""Whose an open connection or stream is, for as long as its credential is good."""

import asyncio
import logging

from domain.errors import NotSignedIn, Unavailable
from domain.identity import UserContext
from server.auth.authenticators import Authenticator
from storage.database import DATABASE_AWAY

logger = logging.getLogger(__name__)


class Standing:
    """The user of a connection, looked at again and again: roles change, and sign-ins end."""

    def __init__(
        self, authenticate: Authenticator, token: str | None, user: UserContext, every_s: float
    ) -> None:
        """`every_s` is how often to look, seconds."""
        self._authenticate = authenticate
        self._token = token
        self._every_s = every_s
        self.user = user

    async def renewed(self, token: str) -> UserContext:
        """The owner of another token, which counts from now on when it is the same user's.

        Raises `NotSignedIn`.
        """
        user = await self._authenticate(token)
        if user == self.user:
            self._token, self.user = token, user
        return user

    async def until_lost(self) -> None:
        """Wait until the credential is good no more."""
        while True:
            await asyncio.sleep(self._every_s)
            token = self._token
            try:
                user = await self._authenticate(token)
            except NotSignedIn:
                if token == self._token:
                    return
            except (Unavailable, *DATABASE_AWAY) as error:
                logger.debug("Nobody can say whose a connection is: %s", error)
            else:
                if user != self.user:
                    return
                if token == self._token:
                    self.user = user
