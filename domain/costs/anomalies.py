"""Days that cost far more than usual, and what drove them.

Robust z-score of daily totals (Iglewicz & Hoaglin): 0.6745 (x - median) / MAD > 3.5, and x at
least twice the median, because a tiny MAD would flag ordinary days. From four weeks on a day is
compared with the same weekday. An anomaly is not a recurring saving.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from statistics import median

from domain.costs.facts import DaySpend, Sufficiency, UsageFacts
from domain.costs.money import ZERO
from domain.costs.spend import NO_TEAM, NO_WORKLOAD, daily_totals

#: Below this many days the median says nothing about what is usual.
MIN_DAYS = 7
#: From here on every weekday has been seen four times.
WEEKDAY_DAYS = 28
Z_LIMIT = Decimal("3.5")
#: Scales the MAD of a normal distribution to its standard deviation.
MAD_SCALE = Decimal("0.6745")
RATIO_LIMIT = 2


@dataclass(frozen=True, slots=True)
class Driver:
    """What rose on an anomalous day, against its own median day."""

    dimension: str
    label: str
    cost_usd: Decimal
    usual_usd: Decimal

    @property
    def excess_usd(self) -> Decimal:
        """How much more than usual."""
        return self.cost_usd - self.usual_usd


@dataclass(frozen=True, slots=True)
class Anomaly:
    """One day far above its usual cost. `score` is None when ordinary days do not differ at all."""

    day: date
    cost_usd: Decimal
    usual_usd: Decimal
    score: Decimal | None
    compared_days: int
    drivers: tuple[Driver, ...]

    @property
    def excess_usd(self) -> Decimal:
        """How much more than usual."""
        return self.cost_usd - self.usual_usd


@dataclass(frozen=True, slots=True)
class AnomalyFindings:
    """The anomalous days, or why there can be none."""

    sufficiency: Sufficiency
    reason: str
    day_count: int
    #: Whether days were compared with the same weekday only.
    by_weekday: bool
    median_usd: Decimal
    anomalies: tuple[Anomaly, ...]

    @property
    def excess_usd(self) -> Decimal:
        """What the anomalous days cost beyond usual days."""
        return sum((anomaly.excess_usd for anomaly in self.anomalies), ZERO)


def find_anomalies(facts: UsageFacts) -> AnomalyFindings:
    """Days whose total stands out; the formula is in the module's docstring."""
    totals = daily_totals(facts)
    by_weekday = len(totals) >= WEEKDAY_DAYS
    enough = len(totals) >= MIN_DAYS
    return AnomalyFindings(
        sufficiency="sufficient" if enough else "insufficient",
        reason=_reason(len(totals), by_weekday),
        day_count=len(totals),
        by_weekday=by_weekday,
        median_usd=median(totals.values()) if totals else ZERO,
        anomalies=tuple(_anomalies(facts, totals, by_weekday)) if enough else (),
    )


def _reason(day_count: int, by_weekday: bool) -> str:
    if day_count < MIN_DAYS:
        days = "1 day" if day_count == 1 else f"{day_count} days"
        return (
            f"The usage covers {days}; what is unusual shows from {MIN_DAYS} days on. "
            "Import a longer period."
        )
    if by_weekday:
        return f"{day_count} days, each compared with the same weekday."
    return f"{day_count} days, compared with one another; weekdays count from {WEEKDAY_DAYS} on."


def _anomalies(
    facts: UsageFacts, totals: Mapping[date, Decimal], by_weekday: bool
) -> Iterable[Anomaly]:
    for day, cost_usd in totals.items():
        peers = [other for other in totals if not by_weekday or other.weekday() == day.weekday()]
        usual_usd = median(totals[peer] for peer in peers)
        mad_usd = median(abs(totals[peer] - usual_usd) for peer in peers)
        score = MAD_SCALE * (cost_usd - usual_usd) / mad_usd if mad_usd else None
        if cost_usd <= usual_usd or cost_usd < RATIO_LIMIT * usual_usd:
            continue
        if score is None or score > Z_LIMIT:
            drivers = _drivers(facts.days, day, peers)
            yield Anomaly(day, cost_usd, usual_usd, score, len(peers), drivers)


def _drivers(cells: Iterable[DaySpend], day: date, peers: list[date]) -> tuple[Driver, ...]:
    """The model, workload and team that rose most that day; none where the dimension is unused."""
    costs: dict[tuple[str, str], dict[date, Decimal]] = defaultdict(
        lambda: defaultdict(lambda: ZERO)
    )
    for cell in cells:
        costs["model", cell.model][cell.day] += cell.cost_usd
        costs["workload", cell.workload or NO_WORKLOAD][cell.day] += cell.cost_usd
        costs["team", cell.team or NO_TEAM][cell.day] += cell.cost_usd
    found: dict[str, Driver] = {}
    for (dimension, label), days in costs.items():
        usual_usd = median(days.get(peer, ZERO) for peer in peers)
        driver = Driver(dimension, label, days.get(day, ZERO), usual_usd)
        best = found.get(dimension)
        if driver.excess_usd > (best.excess_usd if best else ZERO):
            found[dimension] = driver
    return tuple(d for d in found.values() if d.label not in (NO_WORKLOAD, NO_TEAM))
