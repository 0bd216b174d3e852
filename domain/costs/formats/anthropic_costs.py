"""Anthropic's cost report: what was billed a day. Amounts are decimal texts in cents."""

from domain.costs.formats.fields import Fields, Row
from domain.costs.formats.format import Format
from domain.costs.formats.limits import ReadOptions
from domain.costs.formats.money import in_usd
from domain.costs.formats.pages import any_result, results_of
from domain.costs.formats.source_keys import hashed
from domain.costs.records import UsageRecord

_CENTS_A_DOLLAR = 100
_GROUPS = (
    "currency", "workspace_id", "description", "cost_type", "context_window", "model",
    "service_tier", "token_type", "inference_geo", "speed",
)  # fmt: skip


def _is_ours(result: Row) -> bool:
    return "amount" in result and "starting_at" in result and not isinstance(result["amount"], dict)


def _read_row(fields: Fields, options: ReadOptions) -> UsageRecord | None:
    start = fields.needed_moment("starting_at")
    cents = in_usd(fields, "amount", fields.text("currency"))
    if cents is None:
        return None
    groups = [fields.text(name) for name in _GROUPS]
    token_type = fields.text("token_type")
    return UsageRecord(
        source_key=f"{int(start.timestamp())}/{hashed(fields.text('ending_at'), *groups)}",
        occurred_at=start,
        model=fields.text("model") or fields.text("description", "cost_type") or "all models",
        provider="anthropic",
        requests=0,
        batch=fields.text("service_tier") == "batch",
        workload=options.workload,
        team=fields.text("workspace_id"),
        cost_usd=cents / _CENTS_A_DOLLAR,
        cost_source="reported",
        extra={"line_item": token_type} if token_type else {},
    )


ANTHROPIC_COSTS = Format(
    name="anthropic_costs",
    is_bucketed=True,
    title="Anthropic cost report (JSON pages)",
    kind="cost",
    recognises=any_result(_is_ours),
    read_row=_read_row,
    rows_of=results_of,
)
