"""The ports of runs: what agents ask while the database is away is asked again and fails no run."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid4

from domain.costs.facts import Coverage, UsageFacts
from domain.costs.reports import Report
from domain.identity import UserContext
from domain.ports import Credentials, ReportStore, SampleImporter, UsageSource
from domain.revealed_secrets import Revealed
from domain.workflows.effects import EffectCall, EffectEntry, EffectLedger
from domain.workflows.files import FileStore, StoredFile
from domain.workflows.outside import WorkflowPorts
from domain.workflows.versions import VersionSource, WorkflowVersion
from storage.database import retried
from tools.context import Ports


def patient(ports: Ports) -> Ports:
    """These ports, for runs."""
    workflows = ports.workflows
    return replace(
        ports,
        workflows=workflows and _patient_workflows(workflows),
        usage=_PatientUsage(ports.usage),
        samples=_PatientSamples(ports.samples),
        reports=_PatientReports(ports.reports),
        credentials=_PatientCredentials(ports.credentials),
    )


def _patient_workflows(ports: WorkflowPorts) -> WorkflowPorts:
    # Starts and waits are one transaction each, and notices are patient themselves.
    return replace(
        ports,
        files=_PatientFiles(ports.files),
        effects=_PatientEffects(ports.effects),
        versions=_PatientVersions(ports.versions),
    )


@dataclass(frozen=True, slots=True)
class _PatientUsage:
    usage: UsageSource

    async def coverage(self, user: UserContext) -> Coverage:
        return await retried(lambda: self.usage.coverage(user))

    async def facts(self, user: UserContext) -> UsageFacts:
        return await retried(lambda: self.usage.facts(user))


@dataclass(frozen=True, slots=True)
class _PatientSamples:
    samples: SampleImporter

    async def import_sample(self, user: UserContext, model: str) -> UUID:
        return await retried(lambda: self.samples.import_sample(user, model))


@dataclass(frozen=True, slots=True)
class _PatientReports:
    reports: ReportStore

    async def save(
        self,
        user: UserContext,
        report: Report,
        thread_id: UUID | None,
        report_id: UUID | None = None,
    ) -> UUID:
        # One id for all tries: one that did happen changes nothing when it happens again.
        known = report_id or uuid4()
        return await retried(lambda: self.reports.save(user, report, thread_id, known))


@dataclass(frozen=True, slots=True)
class _PatientCredentials:
    credentials: Credentials

    async def reveal(self, user: UserContext, connection_id: UUID) -> Revealed:
        return await retried(lambda: self.credentials.reveal(user, connection_id))


@dataclass(frozen=True, slots=True)
class _PatientFiles:
    files: FileStore

    async def save(
        self,
        user: UserContext,
        name: str,
        media_type: str,
        content: bytes,
        thread_id: UUID | None,
        *,
        file_id: UUID | None = None,
    ) -> UUID:
        known = file_id or uuid4()
        return await retried(
            lambda: self.files.save(user, name, media_type, content, thread_id, file_id=known)
        )

    async def read(self, user: UserContext, file_id: UUID) -> StoredFile:
        return await retried(lambda: self.files.read(user, file_id))


@dataclass(frozen=True, slots=True)
class _PatientEffects:
    effects: EffectLedger

    async def intend(self, user: UserContext, call: EffectCall) -> EffectEntry:
        # Should the first answer have been lost, the call counts as in doubt: never made unseen.
        return await retried(lambda: self.effects.intend(user, call))

    async def done(
        self, user: UserContext, key: str, result: Mapping[str, Any], reference: str | None
    ) -> None:
        await retried(lambda: self.effects.done(user, key, result, reference))

    async def failed(self, user: UserContext, key: str, *, may_have_happened: bool) -> None:
        await retried(lambda: self.effects.failed(user, key, may_have_happened=may_have_happened))

    async def again(self, user: UserContext, call: EffectCall) -> None:
        await retried(lambda: self.effects.again(user, call))


@dataclass(frozen=True, slots=True)
class _PatientVersions:
    versions: VersionSource

    async def version(self, user: UserContext, workflow_id: UUID, version: int) -> WorkflowVersion:
        return await retried(lambda: self.versions.version(user, workflow_id, version))
