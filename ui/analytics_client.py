"""The API's figures of workflows, as the page shows them."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from pydantic import Field

from ui.api_client import ApiClient
from ui.api_models import ApiModel


class Totals(ApiModel):
    """How executions did."""

    executions: int
    succeeded: int
    failed: int
    cancelled: int
    waiting: int
    under_way: int
    success_rate: float | None = None
    p50_s: float | None = None
    p95_s: float | None = None
    last_at: datetime | None = None


class WorkflowTotals(Totals):
    """How those of one workflow did."""

    workflow_id: str
    name: str


class Step(ApiModel):
    """The executions of an hour or a day."""

    at: datetime
    executions: int
    succeeded: int
    failed: int
    p50_s: float | None = None
    p95_s: float | None = None


class Cost(ApiModel):
    """What the models of an hour or a day took."""

    at: datetime
    cost_usd: Decimal | None = None
    unpriced_runs: int
    input_tokens: int
    output_tokens: int


class Failure(ApiModel):
    """Where and how executions failed."""

    workflow_id: str
    node_id: str | None = None
    code: str
    executions: int


class Effect(ApiModel):
    """What executions did to the world outside."""

    service: str
    task: str
    status: str
    effects: int


class WorkflowName(ApiModel):
    """A workflow to choose."""

    workflow_id: str
    name: str


class Figures(ApiModel):
    """The executions that began in a period."""

    since: datetime
    until: datetime
    whole: Totals
    workflows: list[WorkflowTotals] = Field(default_factory=list[WorkflowTotals])
    step: str
    series: list[Step] = Field(default_factory=list[Step])
    costs: list[Cost] = Field(default_factory=list[Cost])
    failures: list[Failure] = Field(default_factory=list[Failure])
    effects: list[Effect] = Field(default_factory=list[Effect])


@dataclass(frozen=True, slots=True)
class Analytics:
    """Figures of workflows over the API."""

    client: ApiClient

    async def figures(self, since: datetime, workflow_id: str) -> Figures:
        """All from then on, of one workflow or of all."""
        params = {"since": since.isoformat()}
        if workflow_id:
            params["workflow_id"] = workflow_id
        response = await self.client.send("GET", "/workflows/analytics", params=params)
        return Figures.model_validate(response.json())

    async def workflows(self) -> list[WorkflowName]:
        """Those to choose from, by name."""
        params = {"limit": 100}
        response = await self.client.send("GET", "/workflows", params=params)
        found = [WorkflowName.model_validate(item) for item in response.json()]
        return sorted(found, key=lambda each: each.name.casefold())
