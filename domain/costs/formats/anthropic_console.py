"""The Claude Console's two CSV exports: token usage, and cost with display names of models."""

import re

from domain.costs.formats.anthropic_windows import long_context
from domain.costs.formats.fields import Fields
from domain.costs.formats.format import Format, Sample
from domain.costs.formats.limits import ReadOptions
from domain.costs.formats.source_keys import hashed
from domain.costs.records import UsageRecord

_USAGE_COLUMNS = frozenset({"usage_input_tokens_no_cache", "usage_output_tokens"})
_COST_COLUMNS = frozenset({"usage_date_utc", "token_type", "cost_usd"})
_GROUPS = (
    "model_version", "model", "api_key", "api_key_id", "workspace", "usage_type", "context_window",
    "token_type", "cost_type", "inference_geo", "speed",
)  # fmt: skip


def _read_usage(fields: Fields, options: ReadOptions) -> UsageRecord | None:
    uncached = fields.count("usage_input_tokens_no_cache") or 0
    short = fields.count("usage_input_tokens_cache_write_5m") or 0
    long = fields.count("usage_input_tokens_cache_write_1h") or 0
    read = fields.count("usage_input_tokens_cache_read") or 0
    output = fields.count("usage_output_tokens") or 0
    if not (uncached or short or long or read or output):
        return None
    return UsageRecord(
        source_key=_key(fields),
        occurred_at=fields.needed_moment("usage_date_utc"),
        model=fields.needed_text("model_version", "model"),
        provider="anthropic",
        requests=0,
        input_tokens=uncached + short + long + read,
        cache_read_tokens=read,
        cache_write_5m_tokens=short,
        cache_write_1h_tokens=long,
        output_tokens=output,
        batch=fields.text("usage_type") == "batch",
        workload=options.workload,
        team=fields.text("workspace"),
        end_user=_key_owner(fields),
        extra=long_context(fields.text("context_window")),
    )


def _read_cost(fields: Fields, options: ReadOptions) -> UsageRecord | None:
    cost = fields.number("cost_usd")
    if cost is None:
        return None
    token_type = fields.text("token_type")
    return UsageRecord(
        source_key=_key(fields),
        occurred_at=fields.needed_moment("usage_date_utc"),
        model=_model_of(fields.text("model") or "all models"),
        provider="anthropic",
        requests=0,
        batch=fields.text("usage_type") == "batch",
        workload=options.workload,
        team=fields.text("workspace"),
        end_user=_key_owner(fields),
        cost_usd=cost,
        cost_source="reported",
        extra={"line_item": token_type} if token_type else {},
    )


def _model_of(display_name: str) -> str:
    """The model's id for its display name: "Claude Sonnet 4.5" is claude-sonnet-4-5."""
    name = display_name.strip().lower()
    return re.sub(r"[ .]+", "-", name) if name.startswith("claude ") else name


def _key(fields: Fields) -> str:
    groups = [fields.text(name) for name in _GROUPS]
    return f"{fields.needed_text('usage_date_utc')}/{hashed(*groups)}"


def _key_owner(fields: Fields) -> str | None:
    name = fields.text("api_key_id", "api_key")
    return f"key {hashed(name)}" if name else None


def _is_usage(sample: Sample) -> bool:
    return sample.columns >= _USAGE_COLUMNS


def _is_cost(sample: Sample) -> bool:
    return sample.columns >= _COST_COLUMNS


ANTHROPIC_CONSOLE = Format(
    name="anthropic_console",
    is_bucketed=True,
    title="Claude Console usage (CSV)",
    kind="usage",
    recognises=_is_usage,
    read_row=_read_usage,
)
ANTHROPIC_CONSOLE_COSTS = Format(
    name="anthropic_console_costs",
    is_bucketed=True,
    title="Claude Console cost (CSV)",
    kind="cost",
    recognises=_is_cost,
    read_row=_read_cost,
)
