"""Anthropic's messages usage report: pages of buckets. Its input leaves out all cached tokens."""

from domain.costs.formats.anthropic_windows import long_context
from domain.costs.formats.fields import Fields, Row
from domain.costs.formats.format import Format
from domain.costs.formats.limits import ReadOptions
from domain.costs.formats.pages import any_result, results_of
from domain.costs.formats.source_keys import hashed
from domain.costs.records import UsageRecord

_GROUPS = (
    "api_key_id", "workspace_id", "model", "service_tier", "context_window", "inference_geo",
    "speed",
)  # fmt: skip


def _is_ours(result: Row) -> bool:
    return "uncached_input_tokens" in result and "output_tokens" in result


def _read_row(fields: Fields, options: ReadOptions) -> UsageRecord | None:
    start = fields.needed_moment("starting_at")
    creation = fields.inner("cache_creation")
    short = creation.count("ephemeral_5m_input_tokens") or 0
    long = creation.count("ephemeral_1h_input_tokens") or 0
    read = fields.count("cache_read_input_tokens") or 0
    uncached = fields.count("uncached_input_tokens") or 0
    output = fields.count("output_tokens") or 0
    if not (uncached or short or long or read or output):
        return None
    key_id = fields.text("api_key_id")
    groups = [fields.text(name) for name in _GROUPS]
    return UsageRecord(
        source_key=f"{int(start.timestamp())}/{hashed(fields.text('ending_at'), *groups)}",
        occurred_at=start,
        model=fields.text("model") or options.model or fields.needed_text("model"),
        provider="anthropic",
        requests=0,
        input_tokens=uncached + short + long + read,
        cache_read_tokens=read,
        cache_write_5m_tokens=short,
        cache_write_1h_tokens=long,
        output_tokens=output,
        batch=fields.text("service_tier") == "batch",
        workload=options.workload,
        team=fields.text("workspace_id"),
        end_user=f"key {hashed(key_id)}" if key_id else None,
        extra=long_context(fields.text("context_window")),
    )


ANTHROPIC_USAGE = Format(
    name="anthropic_usage",
    is_bucketed=True,
    title="Anthropic usage report (JSON pages)",
    kind="usage",
    recognises=any_result(_is_ours),
    read_row=_read_row,
    rows_of=results_of,
)
