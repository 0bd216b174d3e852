"""What a month will cost at the present pace.

Mean of the days that are no anomalies x 30.4375 (days of a mean month), times 1 + growth. The
range is the 5th to 95th percentile of months put together from the observed days, weekday by
weekday (bootstrap).
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import ROUND_CEILING, Decimal

from domain.costs.anomalies import find_anomalies
from domain.costs.facts import Coverage, Sufficiency, UsageFacts
from domain.costs.money import ZERO
from domain.costs.spend import daily_totals

DAYS_A_MONTH = Decimal("30.4375")
#: Below this many whole days a month cannot be projected at all; below the second, only roughly.
MIN_DAYS = 2
SOLID_DAYS = 7
#: From here on every weekday was seen twice, so that months are drawn weekday by weekday.
WEEKDAY_DAYS = 14
RESAMPLES = 1000
#: After so many days without any usage, what was before says nothing about the present pace.
MAX_GAP = timedelta(days=14)
#: A first or last day with more than this cut off is not a whole day.
EDGE = timedelta(hours=1)
#: A month of office hours, for illustrating what a few hours of usage would come to.
OFFICE_HOURS_A_MONTH = Decimal(8 * 21)
HOURS_A_MONTH = DAYS_A_MONTH * 24
#: A pace needs at least this long to be one.
MIN_ILLUSTRATED = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Illustration:
    """What the observed hours would come to if they were typical; not a projection."""

    assumption: str
    month_usd: Decimal


@dataclass(frozen=True, slots=True)
class Projection:
    """The cost of one month, or why it cannot be told. Amounts include the growth."""

    sufficiency: Sufficiency
    basis: str
    growth: Decimal
    day_count: int
    excluded_days: tuple[date, ...]
    mean_day_usd: Decimal
    month_usd: Decimal | None
    low_usd: Decimal | None
    high_usd: Decimal | None
    illustrations: tuple[Illustration, ...]
    #: 95th percentile of load per minute, to hold against the account's rate limits.
    p95_requests_per_minute: int
    p95_tokens_per_minute: int


def project_month(facts: UsageFacts, growth: Decimal = ZERO) -> Projection:
    """The month's cost if usage goes on as it was and grows by `growth` (0.5 is half more)."""
    all_days = daily_totals(facts)
    totals = _without_gaps(_latest_stretch(all_days))
    is_whole = len(all_days) == 0 or min(all_days) == min(totals)
    flagged = {anomaly.day for anomaly in find_anomalies(facts).anomalies}
    cut_off = _cut_off_days(facts.coverage, totals)
    days = {day: usd for day, usd in totals.items() if day not in flagged | cut_off}
    if _is_brief(facts.coverage):
        days = {}
    factor = 1 + growth
    month = _month(days)
    return Projection(
        sufficiency=_sufficiency(len(days)),
        basis=_basis(len(days), len(totals) - len(days), facts.coverage)
        + ("" if is_whole else _left_behind(min(totals))),
        growth=growth,
        day_count=len(days),
        excluded_days=tuple(sorted(flagged | cut_off)),
        mean_day_usd=_mean(list(days.values())) if days else ZERO,
        month_usd=month.mid_usd * factor if month else None,
        low_usd=month.low_usd * factor if month else None,
        high_usd=month.high_usd * factor if month else None,
        illustrations=_illustrations(facts.coverage, totals, factor)
        if month is None and is_whole
        else (),
        p95_requests_per_minute=_grown(facts.peak.p95_requests, factor),
        p95_tokens_per_minute=_grown(facts.peak.p95_tokens, factor),
    )


@dataclass(frozen=True, slots=True)
class _Month:
    low_usd: Decimal
    mid_usd: Decimal
    high_usd: Decimal


def _latest_stretch(totals: Mapping[date, Decimal]) -> dict[date, Decimal]:
    """The days up to the last one, back to the first long gap."""
    days = sorted(totals)
    start = 0
    for place in range(1, len(days)):
        if days[place] - days[place - 1] > MAX_GAP:
            start = place
    return {day: totals[day] for day in days[start:]}


def _left_behind(first: date) -> str:
    return (
        f" Usage before {first:%d %b %Y} was left out: more than {MAX_GAP.days} days without any "
        "lie between."
    )


def _without_gaps(totals: Mapping[date, Decimal]) -> dict[date, Decimal]:
    """Every day from the first to the last: a day without any call cost nothing."""
    if not totals:
        return {}
    first, last = min(totals), max(totals)
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return {day: totals.get(day, ZERO) for day in days}


def _is_brief(coverage: Coverage) -> bool:
    """Less than 24 hours of calls are not two days, even across midnight."""
    return coverage.first_at is not None and coverage.span < timedelta(days=1)


def _cut_off_days(coverage: Coverage, totals: Mapping[date, Decimal]) -> set[date]:
    """The first and last day when the export cuts them off, if enough whole days remain."""
    if coverage.first_at is None or coverage.last_at is None:
        return set()
    found: set[date] = set()
    if coverage.first_at - _midnight(coverage.first_at) > EDGE:
        found.add(coverage.first_at.date())
    if _midnight(coverage.last_at) + timedelta(days=1) - coverage.last_at > EDGE:
        found.add(coverage.last_at.date())
    return found if len(totals.keys() - found) >= MIN_DAYS else set()


def _midnight(at: datetime) -> datetime:
    return datetime.combine(at.date(), time(), at.tzinfo)


def _month(days: Mapping[date, Decimal]) -> _Month | None:
    if len(days) < MIN_DAYS:
        return None
    mid_usd = _mean(list(days.values())) * DAYS_A_MONTH
    if len(days) < SOLID_DAYS:
        return _Month(min(days.values()) * DAYS_A_MONTH, mid_usd, max(days.values()) * DAYS_A_MONTH)
    months = sorted(_resample(days))
    low_usd, high_usd = months[RESAMPLES // 20], months[RESAMPLES - 1 - RESAMPLES // 20]
    return _Month(min(low_usd, mid_usd), mid_usd, max(high_usd, mid_usd))


def _resample(days: Mapping[date, Decimal]) -> list[Decimal]:
    """Months of 30 days drawn with replacement, scaled to a mean month; always the same ones."""
    pools = _pools(days)
    # The same figures for the same usage: no secret is drawn.
    drawing = random.Random(0)  # nosec B311
    return [
        sum((drawing.choice(pools[day % len(pools)]) for day in range(first, first + 30)), ZERO)
        * DAYS_A_MONTH
        / 30
        for first in (index % 7 for index in range(RESAMPLES))
    ]


def _pools(days: Mapping[date, Decimal]) -> Sequence[list[Decimal]]:
    if len(days) < WEEKDAY_DAYS:
        return [list(days.values())]
    by_weekday = [[usd for day, usd in days.items() if day.weekday() == n] for n in range(7)]
    return [pool or list(days.values()) for pool in by_weekday]


def _mean(amounts: Sequence[Decimal]) -> Decimal:
    return sum(amounts, ZERO) / len(amounts)


def _sufficiency(day_count: int) -> Sufficiency:
    if day_count < MIN_DAYS:
        return "insufficient"
    return "sufficient" if day_count >= SOLID_DAYS else "partial"


def _basis(days: int, excluded: int, coverage: Coverage) -> str:
    if days < MIN_DAYS:
        return (
            f"The usage covers {_show_span(coverage.span)}: too little for a monthly figure. "
            f"Import at least {MIN_DAYS} whole days, better {WEEKDAY_DAYS}."
        )
    left_out = f"; {excluded} left out as anomalous or cut off" if excluded else ""
    if days < SOLID_DAYS:
        return (
            f"Mean of {days} days x {DAYS_A_MONTH}{left_out}. The range is the cheapest and the "
            f"dearest of them x {DAYS_A_MONTH}, so read it as an order of magnitude."
        )
    drawn = "weekday by weekday" if days >= WEEKDAY_DAYS else "day by day"
    return (
        f"Mean of {days} days x {DAYS_A_MONTH}{left_out}. The range holds 90 % of "
        f"{RESAMPLES:,} months put together from these days, {drawn}."
    )


def _show_span(span: timedelta) -> str:
    minutes = int(span.total_seconds() // 60)
    return f"{minutes} minutes" if minutes < 120 else f"{minutes // 60} hours"


def _illustrations(
    coverage: Coverage, totals: Mapping[date, Decimal], factor: Decimal
) -> tuple[Illustration, ...]:
    if coverage.span < MIN_ILLUSTRATED or not totals:
        return ()
    hours = Decimal(int(coverage.span.total_seconds())) / 3600
    hourly_usd = sum(totals.values(), ZERO) / hours * factor
    return (
        Illustration("the observed pace 8 hours on 21 days", hourly_usd * OFFICE_HOURS_A_MONTH),
        Illustration("the observed pace around the clock", hourly_usd * HOURS_A_MONTH),
    )


def _grown(load: int, factor: Decimal) -> int:
    return int((load * factor).to_integral_value(ROUND_CEILING))
