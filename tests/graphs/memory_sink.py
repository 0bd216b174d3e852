"""An event sink that keeps what it gets."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from domain.errors import StaleAttempt
from domain.events import LogEntry


@dataclass
class MemorySink:
    """Keeps events and artifacts; may be taken over after some events."""

    taken_over_after: int | None = None
    events: list[dict[str, Any]] = field(default_factory=list)
    artifacts: dict[str, bytes] = field(default_factory=dict)

    def append(self, entries: Sequence[LogEntry]) -> None:
        if not self._is_taken_over():
            self.events += [entry.body() for entry in entries]

    def flush(self) -> None:
        return

    async def drained(self) -> None:
        if self._is_taken_over():
            raise StaleAttempt("run-1", 1)

    def _is_taken_over(self) -> bool:
        return self.taken_over_after is not None and len(self.events) >= self.taken_over_after

    async def keep(self, media_type: str, content: bytes) -> str:
        name = f"artifact-{len(self.artifacts)}"
        self.artifacts[name] = content
        return name
