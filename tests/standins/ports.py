"""The agents' ports, kept in memory."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID, uuid4

from domain.costs.facts import CallGroup, Coverage, DaySpend, FieldCounts, UsageFacts
from domain.costs.reports import Report
from domain.costs.tokens import TokenCounts
from domain.errors import InvalidInput
from domain.identity import UserContext
from domain.workflows.desk import WorkflowDesk
from tools.chat_model import ChatModels
from tools.context import Ports
from tools.model_settings import ModelSettings

CHAT_TOKENS = TokenCounts(input_tokens=1_200_000, output_tokens=300_000)
CODE_TOKENS = TokenCounts(input_tokens=800_000, output_tokens=20_000)
#: gpt-4o at 2.50 and 10 USD per million: 1.2 x 2.5 + 0.3 x 10, and 0.8 x 2.5 + 0.02 x 10.
CHAT_USD = Decimal("6.0")
CODE_USD = Decimal("2.2")


def example_facts(model: str = "gpt-4o") -> UsageFacts:
    """An hour of two workloads: 1,500 calls that cost 8.20 USD."""
    day = date(2024, 5, 16)
    return UsageFacts(
        coverage=Coverage(
            row_count=1500,
            request_count=1500,
            first_at=datetime(2024, 5, 16, 18, 15, tzinfo=UTC),
            last_at=datetime(2024, 5, 16, 19, 14, tzinfo=UTC),
            models=(model,),
            sources=("azure-trace",),
            priced_requests=1500,
            fields=FieldCounts(workload=1500),
        ),
        days=(
            _day(day, model, "chat", 1000, CHAT_TOKENS, CHAT_USD),
            _day(day, model, "code", 500, CODE_TOKENS, CODE_USD),
        ),
        groups=(
            _group(model, "chat", 1000, CHAT_TOKENS, CHAT_USD, is_short=False),
            _group(model, "code", 500, CODE_TOKENS, CODE_USD, is_short=True),
        ),
    )


def _day(
    day: date, model: str, workload: str, requests: int, tokens: TokenCounts, cost_usd: Decimal
) -> DaySpend:
    return DaySpend(
        day=day,
        provider="openai",
        model=model,
        workload=workload,
        team=None,
        requests=requests,
        error_requests=0,
        unpriced_requests=0,
        tokens=tokens,
        cost_usd=cost_usd,
    )


def _group(
    model: str,
    workload: str,
    requests: int,
    tokens: TokenCounts,
    cost_usd: Decimal,
    *,
    is_short: bool,
) -> CallGroup:
    return CallGroup(
        source="azure-trace",
        provider="openai",
        model=model,
        workload=workload,
        batch=False,
        is_waste=False,
        is_duplicate=False,
        is_short=is_short,
        prefix_id=None,
        requests=requests,
        tokens=tokens,
        cost_usd=cost_usd,
        max_context_tokens=4000,
        sample_keys=(f"{workload}-1", f"{workload}-2"),
    )


@dataclass
class MemoryUsage:
    """A usage source that holds what each tenant has; empty until told otherwise."""

    facts_by_tenant: dict[str, UsageFacts] = field(default_factory=dict)
    #: How often the facts were asked for.
    reads: int = 0

    async def coverage(self, user: UserContext) -> Coverage:
        return self.facts_by_tenant.get(user.tenant_id, UsageFacts()).coverage

    async def facts(self, user: UserContext) -> UsageFacts:
        self.reads += 1
        return self.facts_by_tenant.get(user.tenant_id, UsageFacts())


@dataclass
class MemorySamples:
    """Puts the example facts into a usage source."""

    usage: MemoryUsage
    imported: list[tuple[str, str]] = field(default_factory=list)

    async def import_sample(self, user: UserContext, model: str) -> UUID:
        if model == "no-such-model":
            raise InvalidInput(f"There is no price for {model}. Name a model of the price list.")
        self.imported.append((user.tenant_id, model))
        self.usage.facts_by_tenant[user.tenant_id] = example_facts(model)
        return uuid4()


@dataclass
class MemoryReports:
    """Keeps reports in a dict."""

    kept: dict[UUID, tuple[UserContext, Report, UUID | None]] = field(default_factory=dict)

    async def save(
        self,
        user: UserContext,
        report: Report,
        thread_id: UUID | None,
        report_id: UUID | None = None,
    ) -> UUID:
        report_id = report_id or uuid4()
        self.kept.setdefault(report_id, (user, report, thread_id))
        return report_id


@dataclass
class MemoryPorts:
    """All ports over the same memory."""

    models: ChatModels = field(default_factory=lambda: ChatModels(ModelSettings()))
    usage: MemoryUsage = field(default_factory=MemoryUsage)
    reports: MemoryReports = field(default_factory=MemoryReports)
    samples: MemorySamples = field(init=False)
    desk: WorkflowDesk | None = None

    def __post_init__(self) -> None:
        self.samples = MemorySamples(self.usage)

    def ports(self) -> Ports:
        return Ports(self.usage, self.samples, self.reports, self.models, desk=self.desk)
