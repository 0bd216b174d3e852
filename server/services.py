"""The services of a process, in one hand."""

from collections.abc import Mapping
from dataclasses import dataclass

from domain.connections import ConnectionKinds
from domain.revealed_secrets import SecretMask
from graphs.catalog import GraphEntry
from server.auth.assembly import Auth
from server.edge.quotas import Quotas
from server.probe import Probe
from server.readiness import Readiness
from server.retention import NightlyTidying
from server.runs.departures import Departures
from server.runs.feed import Feed
from server.runs.manager import RunManager
from server.runs.worker import Worker
from server.settings import Settings
from server.stopping import Stopping
from server.thread_states import ThreadStates
from server.triggers.assembly import Triggers
from server.workflows.assembly import Workflows
from server.workflows.drafting import Drafting
from server.workflows.due import DueTicker
from server.workflows.endings import EndingTeller
from server.workflows.mailing import Mailing
from server.workflows.opening import WorkflowSide
from server.workflows.waiting import WaitingWorkflows
from storage.approvals import ApprovalRepository
from storage.assistants import AssistantRepository
from storage.audit_log import AuditLog
from storage.connections import ConnectionRepository
from storage.conversations import ConversationRepository
from storage.database import Database
from storage.feedback import FeedbackRepository
from storage.files import FileRepository
from storage.notices import NoticeRepository
from storage.notifications import Listener
from storage.reports import ReportRepository
from storage.run_events import ArtifactRepository, EventLog
from storage.run_history import RunHistory
from storage.runs import RunRepository
from storage.threads import ThreadRepository
from storage.usage import UsageRepository
from storage.usage_imports import UsageImporter
from storage.workers import WorkerRegistry
from tools.chat_model import ChatModels
from tools.context import Ports
from tools.registry import Integrations


@dataclass(frozen=True, slots=True)
class Services:
    """All that routes and commands use."""

    settings: Settings
    database: Database
    auth: Auth
    assistants: AssistantRepository
    threads: ThreadRepository
    conversations: ConversationRepository
    states: ThreadStates
    runs: RunRepository
    workers: WorkerRegistry
    events: EventLog
    artifacts: ArtifactRepository
    usage: UsageRepository
    usage_imports: UsageImporter
    reports: ReportRepository
    audit_log: AuditLog
    quotas: Quotas
    connections: ConnectionRepository
    connection_kinds: ConnectionKinds
    #: Keeps, starts and runs workflows.
    side: WorkflowSide
    drafting: Drafting
    integrations: Integrations
    #: What calls of services reach, as runs do.
    ports: Ports
    #: Knows the secrets that this process has seen.
    mask: SecretMask
    graphs: Mapping[str, GraphEntry]
    manager: RunManager
    feed: Feed
    models: ChatModels
    listener: Listener
    departures: Departures
    stopping: Stopping
    #: The worker of this process, if it has one, and what clears away for all of them.
    worker: Worker | None
    nightly: NightlyTidying | None
    readiness: Readiness
    probe: Probe

    @property
    def run_history(self) -> RunHistory:
        """What users ran, as one list."""
        return RunHistory(self.database)

    @property
    def feedback(self) -> FeedbackRepository:
        """What people think of their runs."""
        return FeedbackRepository(self.database)

    @property
    def workflows(self) -> Workflows:
        """What the API of workflows is made of."""
        return self.side.workflows

    @property
    def triggers(self) -> Triggers:
        """What starts workflows from outside."""
        return self.side.triggers

    @property
    def files(self) -> FileRepository:
        """What workflows read and write."""
        return self.side.files

    @property
    def approvals(self) -> ApprovalRepository:
        """What workflows ask of people."""
        return self.side.approvals

    @property
    def notices(self) -> NoticeRepository:
        """What people are told."""
        return self.side.notices

    @property
    def waiting(self) -> WaitingWorkflows:
        """What ends the waiting of workflows."""
        return self.side.waiting

    @property
    def endings(self) -> EndingTeller:
        """Tells of executions that have ended."""
        return self.side.endings

    @property
    def due(self) -> DueTicker:
        """The clock of what workflows wait for."""
        return self.side.due

    @property
    def mailing(self) -> Mailing | None:
        """Sends e-mail, if the settings say how."""
        return self.side.mailing
