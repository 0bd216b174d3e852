"""OpenAI's costs API: what was billed a day, by line item and project. No calls, no tokens."""

from domain.costs.formats.fields import Fields, Row
from domain.costs.formats.format import Format
from domain.costs.formats.limits import ReadOptions
from domain.costs.formats.money import in_usd
from domain.costs.formats.pages import any_result, results_of
from domain.costs.formats.source_keys import hashed
from domain.costs.records import UsageRecord


def _is_ours(result: Row) -> bool:
    return result.get("object") == "organization.costs.result"


def _read_row(fields: Fields, options: ReadOptions) -> UsageRecord | None:
    start = fields.needed_moment("start_time")
    amount = fields.inner("amount")
    cost = in_usd(amount, "value", amount.text("currency"))
    if cost is None:
        return None
    # "gpt-4o-2024-08-06, cached input": the model, then what of it.
    line_item = fields.text("line_item")
    name, _, part = (line_item or "").partition(",")
    project = fields.text("project_id")
    digest = hashed(fields.text("end_time"), line_item, project)
    return UsageRecord(
        source_key=f"{int(start.timestamp())}/{digest}",
        occurred_at=start,
        model=name.strip().lower() or "all models",
        provider="openai",
        requests=0,
        workload=options.workload,
        team=project,
        cost_usd=cost,
        cost_source="reported",
        extra={"line_item": part.strip()} if part else {},
    )


OPENAI_COSTS = Format(
    name="openai_costs",
    is_bucketed=True,
    title="OpenAI costs (JSON pages)",
    kind="cost",
    recognises=any_result(_is_ours),
    read_row=_read_row,
    rows_of=results_of,
)
