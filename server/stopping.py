"""The stop of a service, as long-lived connections hear of it."""

from collections.abc import Callable


class Stopping:
    """Whether the service is being stopped; tells everybody who holds a connection open."""

    def __init__(self) -> None:
        self.has_begun = False
        self._told: dict[object, Callable[[], None]] = {}

    def begin(self) -> None:
        """The service stops: connections are to be broken off, for clients to go on elsewhere."""
        self.has_begun = True
        for tell in list(self._told.values()):
            tell()

    def watch(self, holder: object, tell: Callable[[], None]) -> None:
        """Call `tell` when the stop begins; at once when it has."""
        if self.has_begun:
            tell()
        else:
            self._told[holder] = tell

    def forget(self, holder: object) -> None:
        """The holder has closed its connection."""
        self._told.pop(holder, None)
