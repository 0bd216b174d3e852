"""What takes accepted runs in the process that accepted them."""

from typing import Protocol
from uuid import UUID


class Beginner(Protocol):
    """A worker of this process, which begins accepted runs without the queue between."""

    def offer(self, *, in_background: bool = False) -> UUID | None:
        """Its id while it has a place."""
        ...

    def begin(self, run_id: UUID) -> None:
        """Begin a run that was accepted with its offer."""
        ...
