"""The ledger of effects: what a workflow did to the world outside, so that nothing is done twice.

Nodes run at least once; effects happen at most once unless a person confirms.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Literal, Protocol
from uuid import UUID

from domain.blueprints.catalogue import Effect
from domain.identity import UserContext

#: intended → done | failed (surely did not happen) | in_doubt (nobody knows)
#: failed → intended (tried again); in_doubt → done (found, or confirmed) | intended (sent again)
EffectStatus = Literal["intended", "done", "failed", "in_doubt"]


@dataclass(frozen=True, slots=True)
class EffectCall:
    """One call that may change something outside."""

    #: The first run of the thread.
    root_run_id: UUID
    thread_id: UUID
    node_id: str
    #: Where in loops, as in `loop_1[3]/send`; the node's id outside of them.
    path: str
    service: str
    task: str
    effect: Effect
    #: Of the resolved parameters.
    request_hash: str
    #: Rises with each attempt that a run of its own makes: a person is asked anew about it.
    attempt: int = 1

    @property
    def key(self) -> str:
        """The same for every repetition of this call, and for no other: 64 hex digits."""
        return sha256(f"{self.root_run_id}\n{self.path}".encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class EffectEntry:
    """What the ledger knew of a call when it was about to be made."""

    #: `intended`: make it; `done`: its result is here; `in_doubt`: an attempt was lost on its way.
    status: EffectStatus
    result: Mapping[str, Any] | None = None
    reference: str | None = None
    #: How often a person had this attempt made again: their answers to earlier questions are used
    #: up.
    confirmed: int = 0


class EffectLedger(Protocol):
    """Keeps what was intended and what was done; each method is durable when it returns."""

    async def intend(self, user: UserContext, call: EffectCall) -> EffectEntry:
        """Note that a call is about to be made, unless it was already."""
        ...

    async def done(
        self, user: UserContext, key: str, result: Mapping[str, Any], reference: str | None
    ) -> None:
        """Note what came of it; `reference` is the provider's name for it."""
        ...

    async def failed(self, user: UserContext, key: str, *, may_have_happened: bool) -> None:
        """Note that the call did not succeed."""
        ...

    async def again(self, user: UserContext, call: EffectCall) -> None:
        """Note that a person wants a call in doubt to be made once more."""
        ...
