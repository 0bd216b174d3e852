"""One model call (or one bucket of calls), normalised from whatever export it came from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Literal

CostSource = Literal["reported", "priced", "unpriced"]
CallStatus = Literal["success", "error"]


@dataclass(frozen=True, slots=True)
class UsageRecord:
    """One row of usage.

    Token counts are of the whole row: `input_tokens` includes what was read from or written to a
    cache. A row that stands for several calls (a usage bucket) says so in `requests`.
    """

    #: Where the row came from: unique within one source, so overlapping exports do not double.
    source_key: str
    #: When the call started, UTC.
    occurred_at: datetime
    #: The model as it was sent, and the provider when the export names it.
    model: str
    provider: str | None = None
    #: Calls the row stands for; 0 when the export sums calls without counting them.
    requests: int = 1
    input_tokens: int = 0
    cache_read_tokens: int = 0
    cache_write_5m_tokens: int = 0
    cache_write_1h_tokens: int = 0
    output_tokens: int = 0
    #: Sent through the provider's batch API.
    batch: bool = False
    #: The feature or job the call served; None when the export does not say.
    workload: str | None = None
    team: str | None = None
    end_user: str | None = None
    status: CallStatus = "success"
    finish_reason: str | None = None
    duration_ms: int | None = None
    first_token_ms: int | None = None
    #: USD for the whole row; None while nobody has said what it cost.
    cost_usd: Decimal | None = None
    cost_source: CostSource = "unpriced"
    #: Hash of the request, equal for equal requests; never the text itself.
    request_key: str | None = None
    temperature: float | None = None
    prefix_id: str | None = None
    prefix_tokens: int | None = None
    #: `source_key` of the call that this one repeats.
    retry_of: str | None = None
    #: Answered from the caller's own cache: has tokens and costs nothing.
    served_from_cache: bool = False
    #: What else the export says. `tokens_per_request`: the size that uncounted calls were priced
    #: at; `line_item`: what of a bill the row is; `service_tier`: as the provider names it.
    extra: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """One row that could not be used, with where it stands and what would make it usable."""

    #: 1 is the first line of the file; a page or JSON line counts as a line.
    line: int
    column: str | None
    value: str | None
    code: str
    message: str
    next_step: str


@dataclass(frozen=True, slots=True)
class Note:
    """What the reader has to say about a file as a whole."""

    code: str
    text: str
