"""All of a process that keeps, starts and runs workflows, put together."""

from dataclasses import dataclass

from domain.revealed_secrets import SecretMask
from domain.workflows.outside import WorkflowPorts
from server.part_settings import workflow_caps
from server.runs.manager import RunManager
from server.settings import Settings
from server.triggers.assembly import TriggerParts, Triggers, open_triggers
from server.triggers.samples import TriggerSamples
from server.workflows.assembly import WorkflowParts, Workflows, assembled_workflows
from server.workflows.assistants import CatalogueAssistants
from server.workflows.desk import Desk
from server.workflows.drafting import DraftCatalogues, draft_catalogues
from server.workflows.due import DueTicker
from server.workflows.endings import EndingTeller
from server.workflows.mailing import Mailing, mailing_of
from server.workflows.shipped import shipped
from server.workflows.waiting import WaitingWorkflows
from storage.approvals import ApprovalRepository
from storage.connections import ConnectionRepository
from storage.database import Database
from storage.deliveries import DeliveryRepository
from storage.effects import EffectRepository
from storage.files import FileRepository
from storage.notices import NoticeRepository
from storage.notifications import Listener
from storage.waiting import WaitingRepository
from tools.registry import Integrations


@dataclass(frozen=True, slots=True)
class WorkflowSide:
    """What routes, side tasks and runs use."""

    workflows: Workflows
    triggers: Triggers
    catalogues: DraftCatalogues
    files: FileRepository
    approvals: ApprovalRepository
    notices: NoticeRepository
    waiting: WaitingWorkflows
    due: DueTicker
    endings: EndingTeller
    mailing: Mailing | None
    #: What runs of workflows reach, and what agents of the chat do with workflows.
    ports: WorkflowPorts
    desk: Desk


@dataclass(frozen=True, slots=True)
class SideParts:
    """What it is made from besides the settings."""

    database: Database
    #: What nodes, webhooks and schedules start goes by the queue.
    manager: RunManager
    connections: ConnectionRepository
    listener: Listener
    integrations: Integrations
    #: Who may be asked in a step.
    assistants: CatalogueAssistants
    mask: SecretMask


def open_workflow_side(settings: Settings, parts: SideParts) -> WorkflowSide:
    """Everything, before the listener runs."""
    database, manager, listener = parts.database, parts.manager, parts.listener
    deliveries = DeliveryRepository(database)
    workflows = assembled_workflows(
        settings,
        WorkflowParts(
            database,
            manager,
            parts.connections,
            listener,
            parts.integrations,
            samples=TriggerSamples(deliveries),
            shipped=shipped(),
        ),
    )
    starter, catalogues = workflows.starter, draft_catalogues(workflows)
    triggers = TriggerParts(database, manager, starter, listener, parts.mask, deliveries)
    files = FileRepository(database, settings.file_mb)
    notices = NoticeRepository(database, with_mail=settings.sends_mail)
    waiting = WaitingWorkflows(database, manager, with_mail=settings.sends_mail)
    return WorkflowSide(
        workflows=workflows,
        triggers=open_triggers(settings, triggers),
        catalogues=catalogues,
        files=files,
        approvals=ApprovalRepository(database),
        notices=notices,
        waiting=waiting,
        due=DueTicker(database, waiting, listener),
        endings=EndingTeller(
            database,
            starter,
            listener,
            with_mail=settings.sends_mail,
            copied_bytes=workflow_caps(settings).inline_bytes,
        ),
        mailing=mailing_of(settings, database, listener),
        ports=WorkflowPorts(
            versions=workflows.versions,
            effects=EffectRepository(database),
            files=files,
            starter=starter,
            notifier=notices,
            caps=workflow_caps(settings),
            inbound=deliveries,
            waiting=WaitingRepository(database, with_mail=settings.sends_mail),
            assistants=parts.assistants,
        ),
        desk=Desk(workflows, catalogues),
    )
