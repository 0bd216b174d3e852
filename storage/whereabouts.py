"""Where what is done now was asked for: set at the edge, read by the log and the audit log."""

from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """The request that is being handled."""

    #: Names the request in its answer, in log lines and in the audit log.
    request_id: str
    #: The client's address, as far as proxies can be believed.
    address: str | None


#: Of the request that this task handles; None outside of requests.
whereabouts: Final[ContextVar[Whereabouts | None]] = ContextVar("whereabouts", default=None)
