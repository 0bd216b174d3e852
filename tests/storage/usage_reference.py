"""The groups of calls, counted the plain way over rows in memory: what the SQL agrees with."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import groupby
from typing import Any

from domain.costs.records import UsageRecord

TOOLS = ("tool_calls", "tool_use", "function_call")
type_key = tuple[Any, ...]


@dataclass
class Sums:
    """What a group adds up to."""

    requests: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: Decimal = Decimal(0)
    excess_tokens: int = 0
    alone: list[int] = field(default_factory=lambda: [0, 0, 0, 0])
    left: list[int] = field(default_factory=lambda: [0, 0, 0, 0])


def reference_groups(records: Sequence[UsageRecord]) -> dict[type_key, Sums]:
    """Sums by (provider, model, workload, batch, waste, duplicate, short, prefix)."""
    repeated = repeated_keys(records)
    served = served_keys(records, repeated)
    targets = reference_targets(records)
    counted = [r for r in records if r.cost_usd is not None and not r.served_from_cache]
    gone = {r.source_key for r in counted if is_waste(r, repeated)} | served
    alone = cache_roles(counted)
    left = cache_roles([r for r in counted if r.source_key not in gone])
    groups: dict[type_key, Sums] = defaultdict(Sums)
    for r in counted:
        key = (
            r.provider, r.model, r.workload, r.batch, is_waste(r, repeated),
            r.source_key in served, is_short(r), r.prefix_id if has_prefix(r) else None,
        )  # fmt: skip
        sums = groups[key]
        sums.requests += r.requests
        sums.input_tokens += r.input_tokens
        sums.output_tokens += r.output_tokens
        sums.cost_usd += r.cost_usd or 0
        sums.excess_tokens += excess(r, targets)
        add_role(sums.alone, r, alone)
        add_role(sums.left, r, left)
    return groups


def repeated_keys(records: Sequence[UsageRecord]) -> set[str]:
    """Calls that a later one names, or follows with the same key soon after a cut-off answer."""
    by_key = {r.source_key: r for r in records}
    found = {
        r.retry_of
        for r in records
        if r.retry_of in by_key and by_key[r.retry_of].occurred_at <= r.occurred_at
    }
    soon = timedelta(minutes=10)
    found |= {
        r.source_key
        for r in records
        if r.finish_reason == "length" and r.request_key
        for later in records
        if later.request_key == r.request_key
        and timedelta(0) < later.occurred_at - r.occurred_at <= soon
    }
    return {key for key in found if key}


def is_waste(r: UsageRecord, repeated: set[str]) -> bool:
    return r.source_key in repeated or (r.status == "error" and bool(r.cost_usd))


def served_keys(records: Sequence[UsageRecord], repeated: set[str]) -> set[str]:
    """Calls a cache would have answered: within 24 hours of the call that filled the entry."""
    able = [
        r
        for r in records
        if r.request_key and r.temperature == 0 and r.status == "success" and r.requests == 1
        and not r.served_from_cache and r.source_key not in repeated
    ]  # fmt: skip
    served: set[str] = set()
    filled: dict[tuple[str, str | None], datetime] = {}
    for r in sorted(able, key=lambda r: (r.occurred_at, r.source_key)):
        entry = (r.model, r.request_key)
        if entry in filled and r.occurred_at - filled[entry] <= timedelta(hours=24):
            served.add(r.source_key)
        else:
            filled[entry] = r.occurred_at
    return served


def is_short(r: UsageRecord) -> bool:
    is_call = r.requests == 1 and r.status == "success" and r.finish_reason not in TOOLS
    return is_call and 1 <= r.output_tokens <= 20


def has_prefix(r: UsageRecord) -> bool:
    return bool(r.prefix_id) and bool(r.prefix_tokens) and r.requests == 1 and not r.batch


def cache_roles(records: Iterable[UsageRecord]) -> dict[str, str]:
    """Whether a call with a prefix reads or writes the cache."""
    uses = sorted(
        (r for r in records if has_prefix(r)),
        key=lambda r: (r.prefix_id, r.model, r.provider or "", r.occurred_at, r.source_key),
    )
    roles: dict[str, str] = {}
    for _, group in groupby(uses, key=lambda r: (r.prefix_id, r.model, r.provider)):
        before: datetime | None = None
        for r in group:
            warm = before is not None and r.occurred_at - before <= timedelta(minutes=5)
            roles[r.source_key] = "read" if warm else "write"
            before = r.occurred_at
    return roles


def add_role(plan: list[int], r: UsageRecord, roles: dict[str, str]) -> None:
    """Reads, read tokens, writes, write tokens; what is cached already gains nothing."""
    role = roles.get(r.source_key)
    is_cached = r.cache_read_tokens + r.cache_write_5m_tokens + r.cache_write_1h_tokens > 0
    if role and not is_cached:
        place = 0 if role == "read" else 2
        plan[place] += 1
        plan[place + 1] += min(r.prefix_tokens or 0, r.input_tokens)


def reference_targets(records: Sequence[UsageRecord]) -> dict[tuple[str, str | None], int]:
    """The 90th percentile of answer lengths by model and workload, of 20 answers or more."""
    lengths: dict[tuple[str, str | None], list[int]] = defaultdict(list)
    for r in records:
        if r.requests == 1 and r.status == "success" and r.output_tokens > 0:
            lengths[r.model, r.workload].append(r.output_tokens)
    return {
        key: sorted(found)[-(-9 * len(found) // 10) - 1]
        for key, found in lengths.items()
        if len(found) >= 20
    }


def excess(r: UsageRecord, targets: dict[tuple[str, str | None], int]) -> int:
    if r.requests != 1 or r.status != "success" or (r.model, r.workload) not in targets:
        return 0
    return max(0, r.output_tokens - targets[r.model, r.workload])
