"""Langfuse observations: a JSON array, JSON lines or a CSV export. Only generations are calls.

`usageDetails` is an open set of counts. `input` leaves out what other `input_…` and `cache_…` keys
count, unless `total` shows that it includes them.
"""

from collections.abc import Iterator

from domain.costs.formats.fields import Fields, Row, objects_in
from domain.costs.formats.format import Format, Sample
from domain.costs.formats.limits import ReadOptions
from domain.costs.records import UsageRecord
from domain.costs.written_dates import milliseconds_between

_READ_KEYS = ("input_cached", "cache_read", "input_cache_read")
_WRITE_KEYS = ("cache_creation", "input_cache_creation", "input_cache_write")
_CALLS = frozenset({"GENERATION", "EMBEDDING"})


def _recognises(sample: Sample) -> bool:
    if sample.shape == "table":
        columns = sample.columns
        return {"type", "starttime"} <= columns and bool(columns & {"usagedetails", "totalcost"})
    rows = (row for document in sample.rows for row in _rows_of(document))
    return any("type" in row and "startTime" in row and "traceId" in row for row in rows)


def _rows_of(document: Row) -> Iterator[Row]:
    """The API wraps a page of observations in `data`."""
    if "startTime" in document:
        yield document
    else:
        yield from objects_in(document.get("data"))


def _read_row(fields: Fields, options: ReadOptions) -> UsageRecord | None:
    if (fields.text("type") or "").upper() not in _CALLS:
        return None
    usage = fields.inner("usageDetails", "usage_details", "usage")
    is_error = (fields.text("level") or "").upper() == "ERROR"
    cost = fields.optional_number("totalCost", "calculatedTotalCost")
    if cost is None:
        cost = fields.inner("costDetails").optional_number("total")
    if not usage.values and cost is None and not is_error:
        return None
    start = fields.needed_moment("startTime")
    read, short, long = _sum(usage, _READ_KEYS), *_written(usage)
    return UsageRecord(
        source_key=fields.needed_text("id"),
        occurred_at=start,
        model=fields.needed_text("model", "providedModelName", "internalModelName"),
        input_tokens=_input(usage, read + short + long),
        cache_read_tokens=read,
        cache_write_5m_tokens=short,
        cache_write_1h_tokens=long,
        output_tokens=_output(usage),
        workload=fields.text("traceName", "name") or options.workload,
        end_user=fields.text("userId"),
        status="error" if is_error else "success",
        duration_ms=milliseconds_between(start, fields.optional_moment("endTime")),
        first_token_ms=milliseconds_between(start, fields.optional_moment("completionStartTime")),
        cost_usd=cost,
        cost_source="unpriced" if cost is None else "reported",
        temperature=fields.inner("modelParameters").optional_setting("temperature"),
    )


def _sum(usage: Fields, starts: tuple[str, ...]) -> int:
    return sum(usage.optional_count(key) or 0 for key in usage.values if key.startswith(starts))


def _written(usage: Fields) -> tuple[int, int]:
    """Cache writes of 5 minutes (or unsaid) and of 1 hour."""
    hour = sum(
        usage.optional_count(key) or 0
        for key in usage.values
        if key.startswith(_WRITE_KEYS) and "1h" in key
    )
    return _sum(usage, _WRITE_KEYS) - hour, hour


def _input(usage: Fields, cached: int) -> int:
    plain = usage.optional_count("input", "input_tokens", "prompt_tokens", "promptTokens") or 0
    known = ("input_tokens", *_READ_KEYS, *_WRITE_KEYS)
    other = sum(
        usage.optional_count(key) or 0
        for key in usage.values
        if key.startswith("input_") and not key.startswith(known)
    )
    total = usage.optional_count("total", "total_tokens", "totalTokens")
    includes_cached = total is not None and total == plain + _output(usage) and cached <= plain
    return plain if includes_cached else plain + other + cached


def _output(usage: Fields) -> int:
    """`output` and its parts; parts counted within `output_tokens` are not added again."""
    plain = usage.optional_count("output_tokens", "completion_tokens", "completionTokens")
    return _sum(usage, ("output",)) if plain is None else plain


LANGFUSE = Format(
    name="langfuse",
    title="Langfuse observations (JSON or CSV)",
    kind="usage",
    recognises=_recognises,
    read_row=_read_row,
    rows_of=_rows_of,
)
