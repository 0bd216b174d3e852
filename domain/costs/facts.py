"""What analysis works from: usage aggregated by the database, small enough to hold in memory."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Literal

from domain.costs.tokens import TokenCounts

#: Whether the data can carry a finding; anything but `sufficient` comes with its reason.
Sufficiency = Literal["sufficient", "partial", "insufficient"]


@dataclass(frozen=True, slots=True)
class Period:
    """A span of time, UTC; `end` is not part of it. None leaves that side open."""

    start: datetime | None = None
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class FieldCounts:
    """How many usage rows carry each field that an export may leave out."""

    workload: int = 0
    team: int = 0
    end_user: int = 0
    request_key: int = 0
    temperature: int = 0
    prefix: int = 0
    retry_of: int = 0
    finish_reason: int = 0
    duration: int = 0


@dataclass(frozen=True, slots=True)
class Missing:
    """Something the usage lacks: what follows from it, and what would help."""

    field: str
    consequence: str
    next_step: str

    @property
    def label(self) -> str:
        """The field in words."""
        return self.field.replace("_", " ")


#: Optional fields of an export: what cannot be told without them.
_CONSEQUENCES = {
    "workload": (
        "spend cannot be split by feature",
        "Send a tag or metadata key `workload` with each call, or import each feature's file.",
    ),
    "end_user": (
        "spend cannot be split by user, and batch candidates cannot be told from live calls",
        "Export the end user's id (it may be hashed) with each call.",
    ),
    "request_key": (
        "repeated identical calls cannot be counted",
        "Export the proxy's cache key (LiteLLM `cache_key`) with each call.",
    ),
    "prefix": (
        "prompt caching cannot be simulated",
        "Log `prompt_prefix_id` and `prompt_prefix_tokens` with each call.",
    ),
    "finish_reason": (
        "cut-off answers and tool calls cannot be recognised",
        "Log `finish_reason` with each call.",
    ),
}


@dataclass(frozen=True, slots=True)
class Coverage:
    """What usage there is, and what it lacks. Rows are usage rows; bills count separately."""

    row_count: int = 0
    request_count: int = 0
    error_requests: int = 0
    first_at: datetime | None = None
    last_at: datetime | None = None
    models: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    priced_requests: int = 0
    unpriced_requests: int = 0
    unpriced_models: tuple[str, ...] = ()
    #: Rows that imports refused, or already had.
    rejected_rows: int = 0
    duplicate_rows: int = 0
    #: Rows of cost files: money without calls, which usage rows may describe as well.
    bill_rows: int = 0
    fields: FieldCounts = FieldCounts()
    #: What imports had to say about whole files (missing pages, guessed encodings).
    import_notes: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to analyse."""
        return self.row_count == 0 and self.bill_rows == 0

    @property
    def span(self) -> timedelta:
        """Time from the first call to the last."""
        if self.first_at is None or self.last_at is None:
            return timedelta(0)
        return self.last_at - self.first_at

    @property
    def missing(self) -> tuple[Missing, ...]:
        """What the usage lacks, most important first."""
        if self.is_empty:
            return (
                Missing(
                    "usage",
                    "nothing can be analysed",
                    "Import a usage export of your provider or proxy, or the bundled sample.",
                ),
            )
        found = [
            Missing(name, *_CONSEQUENCES[name])
            for name in _CONSEQUENCES
            if getattr(self.fields, name) == 0
        ]
        if self.unpriced_requests:
            found.insert(0, self._unpriced())
        return tuple(found)

    def _unpriced(self) -> Missing:
        names = ", ".join(self.unpriced_models[:5]) or "unknown models"
        return Missing(
            "price",
            f"{self.unpriced_requests:,} calls ({names}) are not part of any amount",
            "Add these models to your price table, or import the export with its costs.",
        )


@dataclass(frozen=True, slots=True)
class DaySpend:
    """One day (UTC) of one model in one workload of one team."""

    day: date
    provider: str | None
    model: str
    workload: str | None
    team: str | None
    requests: int
    error_requests: int
    unpriced_requests: int
    tokens: TokenCounts
    cost_usd: Decimal


@dataclass(frozen=True, slots=True)
class UserSpend:
    """What one end user cost.

    `user_count` is 1 for a named user, 0 for the calls that name none, and more for the line that
    pools everybody below the largest.
    """

    end_user: str | None
    user_count: int
    requests: int
    tokens: TokenCounts
    cost_usd: Decimal


@dataclass(frozen=True, slots=True)
class BilledDay:
    """One day of a provider's own cost file: the same money as usage of that account."""

    day: date
    provider: str | None
    cost_usd: Decimal


@dataclass(frozen=True, slots=True)
class CachePlan:
    """What a prompt cache would do in a group of calls.

    The first use of a prefix writes it, later ones read it while less than 5 minutes pass between
    uses; calls that the provider already caches gain nothing and are in neither.
    """

    reads: int = 0
    read_tokens: int = 0
    writes: int = 0
    write_tokens: int = 0


@dataclass(frozen=True, slots=True)
class CallGroup:
    """Priced calls that are alike in everything the savings measures ask about.

    Calls answered from the caller's own cache are not here: they cost nothing.
    """

    source: str
    provider: str | None
    model: str
    workload: str | None
    batch: bool
    #: A billed failure, or an attempt that a later call repeats.
    is_waste: bool
    #: Repeats, at temperature 0 and within 24 hours, the call that would have filled a cache.
    is_duplicate: bool
    #: At most 20 output tokens and no tool call.
    is_short: bool
    prefix_id: str | None
    requests: int
    tokens: TokenCounts
    cost_usd: Decimal
    #: Largest input plus output of one call, and the shortest prefix of one.
    max_context_tokens: int = 0
    min_prefix_tokens: int | None = None
    #: Output beyond the target of the calls' `OutputProfile`.
    excess_output_tokens: int = 0
    excess_requests: int = 0
    #: The cache's effect on all calls, and on those that waste and duplicates leave.
    cache_alone: CachePlan = CachePlan()
    cache_left: CachePlan = CachePlan()
    #: Keys of one or two of the rows, and of rows beyond the target, as evidence.
    sample_keys: tuple[str, ...] = ()
    excess_sample_keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OutputProfile:
    """How long the answers of one model in one workload are, in tokens; single calls only."""

    model: str
    workload: str | None
    requests: int
    median_tokens: int
    p90_tokens: int
    max_tokens: int


@dataclass(frozen=True, slots=True)
class HourOfDay:
    """The calls of one workload in one hour of the day (UTC), over all days."""

    workload: str | None
    hour: int
    requests: int
    requests_with_user: int
    day_count: int


@dataclass(frozen=True, slots=True)
class PeakLoad:
    """Load per minute, over the minutes in which there were calls."""

    minute_count: int = 0
    p95_requests: int = 0
    max_requests: int = 0
    p95_tokens: int = 0
    max_tokens: int = 0


@dataclass(frozen=True, slots=True)
class UsageFacts:
    """Everything analysis needs to know about a tenant's usage."""

    coverage: Coverage = Coverage()
    days: tuple[DaySpend, ...] = ()
    users: tuple[UserSpend, ...] = ()
    bills: tuple[BilledDay, ...] = ()
    groups: tuple[CallGroup, ...] = ()
    outputs: tuple[OutputProfile, ...] = ()
    hours: tuple[HourOfDay, ...] = ()
    peak: PeakLoad = PeakLoad()
