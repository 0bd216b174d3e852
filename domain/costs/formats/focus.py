"""FOCUS 1.2 and later: cloud bills. Rows about AI become costs; they name no calls."""

from domain.costs.formats.fields import Fields
from domain.costs.formats.format import Format, Sample
from domain.costs.formats.limits import ReadOptions
from domain.costs.formats.money import in_usd
from domain.costs.formats.source_keys import hashed
from domain.costs.records import UsageRecord

_NEEDED = frozenset({"billedcost", "billingcurrency", "chargeperiodstart"})
#: The specification's own name of the category.
_AI = "ai and machine learning"


def _recognises(sample: Sample) -> bool:
    return sample.columns >= _NEEDED


def _read_row(fields: Fields, options: ReadOptions) -> UsageRecord | None:
    category = fields.text("ServiceCategory")
    if category is not None and category.lower() != _AI:
        return None
    start = fields.needed_moment("ChargePeriodStart")
    cost = in_usd(fields, "BilledCost", fields.text("BillingCurrency"))
    if cost is None:
        return None
    cells = [str(cell) for cell in fields.values.values()]
    return UsageRecord(
        source_key=f"{int(start.timestamp())}/{hashed(*cells)}",
        occurred_at=start,
        model=fields.text("ResourceName", "SkuMeter", "ChargeDescription", "SkuId", "ServiceName")
        or "all models",
        provider=fields.text("ServiceProviderName", "ProviderName", "PublisherName"),
        requests=0,
        workload=options.workload,
        team=fields.text("SubAccountName", "SubAccountId"),
        cost_usd=cost,
        cost_source="reported",
    )


FOCUS = Format(
    name="focus",
    is_bucketed=True,
    title="FOCUS cost and usage (CSV, version 1.2 or later)",
    kind="cost",
    recognises=_recognises,
    read_row=_read_row,
)
