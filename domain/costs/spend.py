"""What was spent, on what: totals by model, workload, user, team and day.

Usage and bills of one account are the same money. They are reconciled by provider and UTC day: a
bill counts only where no priced usage of that provider (or of an unnamed one) exists that day.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from domain.costs.facts import BilledDay, DaySpend, UsageFacts, UserSpend
from domain.costs.money import ZERO, share_of
from domain.costs.tokens import TokenCounts

#: The line that holds money from bills without any usage beside it.
BILL_ONLY = "Billed without usage detail"
NO_WORKLOAD = "No workload named"
NO_TEAM = "No team named"
NO_USER = "No user named"

#: Lines of a table; whatever is smaller becomes one.
MAX_LINES = 60
#: Models shown one by one in a day's column; the rest are one part.
DAY_PARTS = 5
OTHER_MODELS = "Other models"


@dataclass(frozen=True, slots=True)
class SpendLine:
    """What one model, workload, user or team cost, and its share of the total."""

    label: str
    requests: int
    tokens: TokenCounts
    cost_usd: Decimal
    share: Decimal

    @property
    def cost_per_request_usd(self) -> Decimal:
        """Cost over calls; 0 where calls are not known."""
        return self.cost_usd / self.requests if self.requests else ZERO


@dataclass(frozen=True, slots=True)
class Part:
    """A labelled part of a day's cost."""

    label: str
    cost_usd: Decimal


@dataclass(frozen=True, slots=True)
class DayLine:
    """One day's cost, split by model; parts add up to the cost."""

    day: date
    requests: int
    cost_usd: Decimal
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """Usage against the bill of one provider, over the days that have both."""

    provider: str
    day_count: int
    usage_usd: Decimal
    billed_usd: Decimal

    @property
    def difference_usd(self) -> Decimal:
        """Billed minus what usage accounts for."""
        return self.billed_usd - self.usage_usd


@dataclass(frozen=True, slots=True)
class SpendSummary:
    """All spend; every `by_*` adds up to `total_usd`."""

    total_usd: Decimal
    bill_only_usd: Decimal
    requests: int
    error_requests: int
    unpriced_requests: int
    tokens: TokenCounts
    by_model: tuple[SpendLine, ...]
    by_workload: tuple[SpendLine, ...]
    by_team: tuple[SpendLine, ...]
    by_user: tuple[SpendLine, ...]
    by_day: tuple[DayLine, ...]
    reconciliations: tuple[Reconciliation, ...]

    @property
    def cost_per_request_usd(self) -> Decimal:
        """Mean cost of one priced call."""
        priced = self.requests - self.unpriced_requests
        return (self.total_usd - self.bill_only_usd) / priced if priced else ZERO


def summarise_spend(facts: UsageFacts) -> SpendSummary:
    """Totals of the usage: cost = sum of the rows' own cost, each row counted once."""
    lone_bills = _lone_bills(facts)
    bill_only_usd = sum((bill.cost_usd for bill in lone_bills), ZERO)
    total_usd = sum((cell.cost_usd for cell in facts.days), ZERO) + bill_only_usd

    def by(label: Callable[[DaySpend], str]) -> tuple[SpendLine, ...]:
        entries = ((label(cell), cell) for cell in facts.days)
        return _lines(entries, bill_only_usd, total_usd)

    return SpendSummary(
        total_usd=total_usd,
        bill_only_usd=bill_only_usd,
        requests=sum(cell.requests for cell in facts.days),
        error_requests=sum(cell.error_requests for cell in facts.days),
        unpriced_requests=sum(cell.unpriced_requests for cell in facts.days),
        tokens=sum((cell.tokens for cell in facts.days), TokenCounts()),
        by_model=by(lambda cell: cell.model),
        by_workload=by(lambda cell: cell.workload or NO_WORKLOAD),
        by_team=by(lambda cell: cell.team or NO_TEAM),
        by_user=_lines(
            ((_user_label(user), user) for user in facts.users), bill_only_usd, total_usd
        ),
        by_day=_day_lines(facts.days, lone_bills),
        reconciliations=_reconcile(facts),
    )


def daily_totals(facts: UsageFacts) -> dict[date, Decimal]:
    """Cost of each day that has any usage or bill, in order."""
    totals: dict[date, Decimal] = defaultdict(lambda: ZERO)
    for cell in facts.days:
        totals[cell.day] += cell.cost_usd
    for bill in _lone_bills(facts):
        totals[bill.day] += bill.cost_usd
    return dict(sorted(totals.items()))


def _user_label(user: UserSpend) -> str:
    if user.user_count > 1:
        return f"{user.user_count:,} other users"
    return user.end_user or NO_USER


def _lines(
    entries: Iterable[tuple[str, DaySpend | UserSpend]],
    bill_only_usd: Decimal,
    total_usd: Decimal,
) -> tuple[SpendLine, ...]:
    requests: dict[str, int] = defaultdict(int)
    tokens: dict[str, TokenCounts] = defaultdict(TokenCounts)
    costs: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for label, cell in entries:
        requests[label] += cell.requests
        tokens[label] += cell.tokens
        costs[label] += cell.cost_usd
    if bill_only_usd:
        costs[BILL_ONLY] += bill_only_usd
    lines = [
        SpendLine(label, requests[label], tokens[label], cost, share_of(cost, total_usd))
        for label, cost in costs.items()
    ]
    return _pool_small(sorted(lines, key=lambda line: (-line.cost_usd, line.label)))


def _pool_small(lines: list[SpendLine]) -> tuple[SpendLine, ...]:
    """The largest lines, and one for all others, so that a long tail adds up and stays short."""
    if len(lines) <= MAX_LINES:
        return tuple(lines)
    kept, rest = lines[: MAX_LINES - 1], lines[MAX_LINES - 1 :]
    pooled = SpendLine(
        f"{len(rest):,} others",
        sum(line.requests for line in rest),
        sum((line.tokens for line in rest), TokenCounts()),
        sum((line.cost_usd for line in rest), ZERO),
        sum((line.share for line in rest), ZERO),
    )
    return (*kept, pooled)


def _day_lines(cells: Iterable[DaySpend], lone_bills: Iterable[BilledDay]) -> tuple[DayLine, ...]:
    requests: dict[date, int] = defaultdict(int)
    costs: dict[date, dict[str, Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
    for cell in cells:
        requests[cell.day] += cell.requests
        costs[cell.day][cell.model] += cell.cost_usd
    for bill in lone_bills:
        costs[bill.day][BILL_ONLY] += bill.cost_usd
    shown = _largest_labels(costs.values())
    return tuple(
        DayLine(day, requests[day], sum(costs[day].values(), ZERO), _parts(costs[day], shown))
        for day in sorted(costs)
    )


def _largest_labels(days: Iterable[Mapping[str, Decimal]]) -> list[str]:
    totals: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for parts in days:
        for label, cost_usd in parts.items():
            totals[label] += cost_usd
    return sorted(totals, key=lambda label: (-totals[label], label))[:DAY_PARTS]


def _parts(costs: Mapping[str, Decimal], shown: list[str]) -> tuple[Part, ...]:
    parts = [Part(label, costs[label]) for label in shown if label in costs]
    rest_usd = sum((cost for label, cost in costs.items() if label not in shown), ZERO)
    return tuple([*parts, Part(OTHER_MODELS, rest_usd)] if rest_usd else parts)


def _usage_by_day(facts: UsageFacts) -> dict[date, dict[str, Decimal]]:
    """Cost of priced usage by day and provider; the unnamed provider is the empty name."""
    priced: dict[date, dict[str, Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
    for cell in facts.days:
        if cell.requests > cell.unpriced_requests:
            priced[cell.day][_account(cell.provider)] += cell.cost_usd
    return priced


def _account(provider: str | None) -> str:
    return (provider or "").casefold()


def _lone_bills(facts: UsageFacts) -> list[BilledDay]:
    priced = _usage_by_day(facts)
    return [
        bill
        for bill in facts.bills
        if not {_account(bill.provider), ""} & priced.get(bill.day, {}).keys()
    ]


def _reconcile(facts: UsageFacts) -> tuple[Reconciliation, ...]:
    priced = _usage_by_day(facts)
    days: dict[str, set[date]] = defaultdict(set)
    billed: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for bill in facts.bills:
        account = _account(bill.provider)
        if {account, ""} & priced.get(bill.day, {}).keys():
            days[account].add(bill.day)
            billed[account] += bill.cost_usd
    return tuple(
        Reconciliation(
            provider=account or "unnamed provider",
            day_count=len(days[account]),
            usage_usd=sum((_usage_of(priced[day], account) for day in days[account]), ZERO),
            billed_usd=billed[account],
        )
        for account in sorted(days)
    )


def _usage_of(day: Mapping[str, Decimal], account: str) -> Decimal:
    return day.get(account, ZERO) + (day.get("", ZERO) if account else ZERO)
