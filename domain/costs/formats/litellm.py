"""LiteLLM proxy spend logs: the rows of LiteLLM_SpendLogs as CSV, JSON lines or a JSON array.

Our optional keys in `spend_logs_metadata`: workload, temperature, finish_reason, prompt_prefix_id,
prompt_prefix_tokens, retry_of (a request_id).
"""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from domain.costs.formats.fields import Fields, Row, objects_in, status_of
from domain.costs.formats.format import Format, Sample
from domain.costs.formats.limits import ReadOptions
from domain.costs.formats.source_keys import hashed
from domain.costs.records import UsageRecord
from domain.costs.written_dates import milliseconds_between

_NEEDED = frozenset({"request_id", "spend", "prompt_tokens", "starttime"})
#: What LiteLLM writes as a cache key when its cache is off.
_NO_CACHE_KEY = "Cache OFF"


def _recognises(sample: Sample) -> bool:
    if sample.shape == "table":
        return sample.columns >= _NEEDED
    rows = (row for document in sample.rows for row in _rows_of(document))
    return any({key.lower() for key in row} >= _NEEDED for row in rows)


def _rows_of(document: Row) -> Iterator[Row]:
    """The proxy's own API wraps a page of rows in `data`."""
    if "request_id" in document:
        yield document
    else:
        yield from objects_in(document.get("data"))


def _read_row(fields: Fields, options: ReadOptions) -> UsageRecord:
    metadata = fields.inner("metadata")
    ours = metadata.inner("spend_logs_metadata")
    start = fields.needed_moment("startTime")
    read, write_5m, write_1h = _cached(metadata)
    is_hit = fields.flag("cache_hit")
    status = status_of(metadata.text("status") or fields.text("status"))
    cost = Decimal(0) if is_hit else _spend(fields)
    cache_key = fields.text("cache_key")
    return UsageRecord(
        source_key=fields.needed_text("request_id"),
        occurred_at=start,
        model=fields.needed_text("model", "model_group"),
        provider=fields.text("custom_llm_provider"),
        input_tokens=fields.count("prompt_tokens") or 0,
        cache_read_tokens=read,
        cache_write_5m_tokens=write_5m,
        cache_write_1h_tokens=write_1h,
        output_tokens=fields.count("completion_tokens") or 0,
        batch="batch" in (fields.text("call_type") or ""),
        workload=ours.text("workload") or _first_tag(fields) or options.workload,
        team=metadata.text("user_api_key_team_alias") or fields.text("team_id"),
        end_user=fields.text("end_user", "user"),
        status=status,
        finish_reason=ours.text("finish_reason"),
        duration_ms=milliseconds_between(start, fields.optional_moment("endTime")),
        first_token_ms=_first_token_ms(fields, start),
        cost_usd=cost,
        cost_source="unpriced" if cost is None else "reported",
        request_key=hashed(cache_key) if cache_key and cache_key != _NO_CACHE_KEY else None,
        temperature=ours.optional_setting("temperature"),
        prefix_id=ours.text("prompt_prefix_id"),
        prefix_tokens=ours.optional_count("prompt_prefix_tokens"),
        retry_of=ours.text("retry_of"),
        served_from_cache=is_hit,
    )


def _spend(fields: Fields) -> Decimal | None:
    """What LiteLLM counted. It writes 0 where it knows no price: that is unknown, not free."""
    spend = fields.optional_number("spend")
    has_tokens = bool(fields.count("prompt_tokens") or fields.count("completion_tokens"))
    return None if spend == 0 and has_tokens else spend


def _cached(metadata: Fields) -> tuple[int, int, int]:
    """Tokens read from and written to the provider's cache (5 minutes, 1 hour)."""
    for usage in (metadata.inner("usage_object"), metadata.inner("additional_usage_values")):
        details = usage.inner("prompt_tokens_details")
        creation = usage.inner("cache_creation")
        read = usage.optional_count("cache_read_input_tokens") or 0
        read = read or details.optional_count("cached_tokens") or 0
        written = usage.optional_count("cache_creation_input_tokens") or 0
        written = written or details.optional_count("cache_creation_tokens") or 0
        hour = creation.optional_count("ephemeral_1h_input_tokens") or 0
        if read or written or hour:
            return read, max(0, written - hour), hour
    return 0, 0, 0


def _first_tag(fields: Fields) -> str | None:
    tags = fields.items("request_tags")
    return str(tags[0]) if tags else None


def _first_token_ms(fields: Fields, start: datetime) -> int | None:
    """None when the first token came with the last: the response was not streamed."""
    first, end = fields.optional_moment("completionStartTime"), fields.optional_moment("endTime")
    return None if first == end else milliseconds_between(start, first)


LITELLM = Format(
    name="litellm",
    title="LiteLLM spend logs (CSV or JSON)",
    kind="usage",
    recognises=_recognises,
    read_row=_read_row,
    rows_of=_rows_of,
)
