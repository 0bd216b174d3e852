"""Documents that become blueprints: read, checked, and refused when they are none."""

import asyncio
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

import orjson

from domain.blueprints.blueprint import MOST_BYTES, Blueprint
from domain.blueprints.documents import blueprint_from, read_blueprint
from domain.blueprints.normalise import normalised
from domain.blueprints.problems import Problem
from domain.blueprints.validation import problems
from domain.identity import UserContext
from domain.workflows.workflow import BlueprintRefused, Workflow
from server.workflows.catalogue import Catalogues
from storage.workflow_triggers import LiveTrigger
from storage.workflow_versions import WorkflowVersions
from storage.workflows import WorkflowRepository


@dataclass(frozen=True, slots=True)
class Drafts:
    """Reads and checks blueprints."""

    catalogues: Catalogues

    def read(self, document: Mapping[str, Any], name: str | None = None) -> Blueprint:
        """The blueprint that a document is, under a name of its own if one is given.

        Raises `BlueprintRefused` with all that keeps it from being one.
        """
        # Its size counts as it came: what is too large is not even looked at.
        found: Blueprint | list[Problem] = []
        as_bytes = orjson.dumps(dict(document))
        if len(as_bytes) > MOST_BYTES:
            found = read_blueprint(as_bytes)
        else:
            named = normalised(document)
            found = blueprint_from({**named, "name": name} if name else named)
        if isinstance(found, Blueprint):
            return found
        raise BlueprintRefused(
            "This is no blueprint, so nothing was saved. `problems` says what to correct.",
            shown(found),
        )

    async def problems(
        self,
        owner: UserContext,
        blueprint: Blueprint,
        workflow_id: UUID | None = None,
        *,
        is_activating: bool = False,
    ) -> list[Problem]:
        """All that is wrong with a blueprint of this owner."""
        catalogue = await self.catalogues.of(owner, workflow_id)
        # A large one takes a while: others go on meanwhile.
        return await asyncio.to_thread(problems, blueprint, catalogue, is_activating=is_activating)


@dataclass(frozen=True, slots=True)
class Activation:
    """Makes versions the live ones."""

    workflows: WorkflowRepository
    versions: WorkflowVersions
    drafts: Drafts

    async def activate(
        self, user: UserContext, workflow: Workflow, version: int | None
    ) -> tuple[int, list[Problem]]:
        """Make a version, None is the draft, the live one; returns it with its warnings.

        Raises `BlueprintRefused` when any problem is an error, `NotFound`, `NotAllowed`.
        """
        workflow.require("editor")
        wanted = workflow.draft_version if version is None else version
        blueprint = (await self.versions.of(workflow, wanted)).blueprint
        found = await self.drafts.problems(
            workflow.owner, blueprint, workflow.workflow_id, is_activating=True
        )
        if any(one.severity == "error" for one in found):
            raise BlueprintRefused(
                f"Version {wanted} cannot go live yet. `problems` says what to correct.",
                shown(found),
            )
        await self.workflows.activate(user, workflow, wanted, live_triggers(blueprint))
        return wanted, found


def live_triggers(blueprint: Blueprint) -> list[LiveTrigger]:
    """What starts a version, out of its checked blueprint."""
    return [
        LiveTrigger(
            node_id=node.id,
            service=node.data.service or "",
            task=node.data.task or "",
            params=node.data.params,
            connection_id=UUID(node.data.connection) if node.data.connection else None,
        )
        for node in blueprint.nodes
        if node.type == "trigger"
    ]


def shown(found: list[Problem]) -> list[dict[str, Any]]:
    """Problems as JSON data."""
    return [asdict(one) for one in found]
