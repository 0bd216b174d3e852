"""All that the API of workflows is made of, in one hand."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from domain.workflows.templates import ShippedTemplate
from server.runs.manager import RunManager
from server.settings import Settings
from server.workflows.catalogue import Catalogues, NoSamples, SampleSource
from server.workflows.drafts import Activation, Drafts
from server.workflows.news import ExecutionNews
from server.workflows.retrying import Retries, RetryParts
from server.workflows.starting import Starter, start_limits
from storage.accounts.members import Members
from storage.connections import ConnectionRepository
from storage.database import Database
from storage.notifications import Listener
from storage.run_events import EventLog
from storage.templates import TemplateRepository
from storage.workflow_analytics import AnalyticsRepository
from storage.workflow_endings import EndListeners
from storage.workflow_executions import ExecutionRepository
from storage.workflow_versions import WorkflowVersions
from storage.workflows import Limit, WorkflowRepository
from tools.registry import Integrations


@dataclass(frozen=True, slots=True)
class Workflows:
    """What its routes use."""

    repository: WorkflowRepository
    versions: WorkflowVersions
    executions: ExecutionRepository
    analytics: AnalyticsRepository
    integrations: Integrations
    drafts: Drafts
    activation: Activation
    starter: Starter
    retries: Retries
    templates: TemplateRepository
    members: Members
    news: ExecutionNews


@dataclass(frozen=True, slots=True)
class WorkflowParts:
    """What they are made from besides the settings."""

    database: Database
    manager: RunManager
    connections: ConnectionRepository
    listener: Listener
    integrations: Integrations
    samples: SampleSource = field(default_factory=NoSamples)
    #: Templates that come with the service.
    shipped: Sequence[ShippedTemplate] = ()


def assembled_workflows(settings: Settings, parts: WorkflowParts) -> Workflows:
    """Everything, over an open database."""
    database, members = parts.database, Members(parts.database)
    limit = Limit(settings.workflows_per_user, "GOLDENPATH_WORKFLOWS_PER_USER")
    repository = WorkflowRepository(database, limit)
    versions = WorkflowVersions(database)
    catalogues = Catalogues(
        integrations=parts.integrations,
        connections=parts.connections,
        members=members,
        egress=settings.egress_policy,
        samples=parts.samples,
        ends=EndListeners(database),
    )
    drafts = Drafts(catalogues)
    executions = ExecutionRepository(database, repository)
    starter = Starter(database, parts.manager, start_limits(settings))
    retry_parts = RetryParts(repository, versions, executions, EventLog(database))
    return Workflows(
        repository=repository,
        versions=versions,
        executions=executions,
        analytics=AnalyticsRepository(database),
        integrations=parts.integrations,
        drafts=drafts,
        activation=Activation(repository, versions, drafts),
        starter=starter,
        retries=Retries(retry_parts, parts.manager, starter),
        templates=TemplateRepository(database, parts.shipped),
        members=members,
        news=ExecutionNews(parts.listener),
    )
