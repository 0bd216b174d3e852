"""Trials of drafts, checked against the version that is tried."""

from collections.abc import Mapping
from typing import Any

from domain.workflows.trials import Trial, checked_trial
from domain.workflows.workflow import Workflow
from storage.workflow_versions import WorkflowVersions


async def asked_trial(
    versions: WorkflowVersions,
    workflow: Workflow,
    version: int | None,
    asked: tuple[str | None, Mapping[str, Any]],
) -> Trial | None:
    """The trial that is asked for by `until` and `pinned`; None when none is.

    Without a version it is of the draft. Raises `InvalidInput`, `NotFound`.
    """
    until, pinned = asked
    if until is None and not pinned:
        return None
    wanted = workflow.draft_version if version is None else version
    found = await versions.of(workflow, wanted)
    return checked_trial(found.blueprint, until, pinned)
