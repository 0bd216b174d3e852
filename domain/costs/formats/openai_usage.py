"""OpenAI's completions usage API: pages of buckets with token sums by model, project and key."""

from domain.costs.formats.fields import Fields, Row, UnusableRow
from domain.costs.formats.format import Format
from domain.costs.formats.limits import ReadOptions
from domain.costs.formats.pages import any_result, results_of
from domain.costs.formats.source_keys import hashed
from domain.costs.records import UsageRecord

_GROUPS = ("project_id", "user_id", "api_key_id", "model", "batch", "service_tier")


def _is_ours(result: Row) -> bool:
    return result.get("object") == "organization.usage.completions.result"


def _read_row(fields: Fields, options: ReadOptions) -> UsageRecord | None:
    start = fields.needed_moment("start_time")
    requests = fields.count("num_model_requests") or 0
    cached = fields.count("input_cached_tokens") or 0
    total = fields.count("input_tokens")
    if total is None:
        total = cached + fields.needed_count("input_uncached_tokens")
    output = fields.count("output_tokens") or 0
    if not (requests or total or output):
        return None
    model = fields.text("model") or options.model
    if model is None:
        raise UnusableRow("model", None, "missing", _NO_MODEL)
    key_id = fields.text("api_key_id")
    tier = fields.text("service_tier")
    groups = [fields.text(name) for name in _GROUPS]
    return UsageRecord(
        source_key=f"{int(start.timestamp())}/{hashed(fields.text('end_time'), *groups)}",
        occurred_at=start,
        model=model,
        provider="openai",
        requests=requests,
        input_tokens=total,
        cache_read_tokens=cached,
        output_tokens=output,
        batch=fields.flag("batch"),
        workload=options.workload,
        team=fields.text("project_id"),
        end_user=fields.text("user_id") or (f"key {hashed(key_id)}" if key_id else None),
        extra={"service_tier": tier} if tier else {},
    )


_NO_MODEL = (
    "The bucket does not say which model was used.",
    "Ask the API for the usage grouped by model (group_by=model).",
)

OPENAI_USAGE = Format(
    name="openai_usage",
    is_bucketed=True,
    title="OpenAI completions usage (JSON pages)",
    kind="usage",
    recognises=any_result(_is_ours),
    read_row=_read_row,
    rows_of=results_of,
)
