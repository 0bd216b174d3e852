"""What the runs of workflows reach, in one hand."""

from dataclasses import dataclass, field

from domain.workflows.assistants import AssistantSource
from domain.workflows.caps import WorkflowCaps
from domain.workflows.effects import EffectLedger
from domain.workflows.files import FileStore
from domain.workflows.inbound import InboundMessages
from domain.workflows.notices import Notifier
from domain.workflows.starts import WorkflowStarter
from domain.workflows.versions import VersionSource
from domain.workflows.waiting import Waiting


@dataclass(frozen=True, slots=True)
class WorkflowPorts:
    """The ports of workflows' nodes."""

    versions: VersionSource
    effects: EffectLedger
    files: FileStore
    starter: WorkflowStarter
    notifier: Notifier
    caps: WorkflowCaps = field(default_factory=WorkflowCaps)
    #: What triggers know of who wrote; None where nothing comes in.
    inbound: InboundMessages | None = None
    waiting: Waiting | None = None
    #: Who may be asked in a step; None where nobody may.
    assistants: AssistantSource | None = None
