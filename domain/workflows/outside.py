"""What the runs of workflows reach, in one hand."""

from dataclasses import dataclass

from domain.workflows.effects import EffectLedger
from domain.workflows.files import FileStore
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
    waiting: Waiting | None = None
