"""Action nodes: calls of services, each noted in the ledger of effects before it is made."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

import orjson
from langgraph.types import interrupt
from pydantic import BaseModel, ValidationError

from domain.blueprints.schemas import literal_fields
from domain.blueprints.templates import resolve
from domain.errors import InvalidInput, OutcomeUnknown, ProviderFailed
from domain.workflows.effects import EffectCall
from nodes.workflow.step import At, Done
from tools.integration import Action, Call

#: JSON Schema of the answer to "did it happen?".
CONFIRMATION: Final[dict[str, Any]] = {
    "title": "Did it happen?",
    "type": "object",
    "properties": {
        "answer": {
            "type": "string",
            "enum": ["happened", "again", "skip"],
            "title": "It happened; do it (again); go on without it",
        }
    },
    "required": ["answer"],
}


class ParamsInvalid(InvalidInput):
    """Resolved parameters that the task does not take."""

    def __init__(self, node_id: str, field: str, reason: str) -> None:
        super().__init__(
            f"The field {field} of {node_id} cannot be used: {reason}. Look at what the steps "
            "before it gave back."
        )


@dataclass(frozen=True, slots=True)
class ActionWork:
    """Calls one action."""

    service: str
    action: Action[Any, Any]
    #: The parameters that take no templates.
    literal: frozenset[str]

    async def __call__(self, at: At) -> Done:
        """Call it, unless the ledger says that it was done."""
        given = self._given(at)
        params = self._params(at.node.id, given)
        effect = self._effect(at, params)
        call = await self._call(at, effect.key)
        if self.action.effect == "read":
            at.telling.begin(given)
            return Done(_plain(await self.action.run(call, params)))
        entry = await at.workflows.effects.intend(at.context.user, effect)
        if entry.status == "done":
            at.telling.begin(given)
            return Done(dict(entry.result or {}))
        if entry.status == "in_doubt":
            settled = await self._settle(at, call, params, (effect, entry.confirmed))
            if settled is not None:
                return settled
        if not at.telling.has_begun:
            at.telling.begin(given)
        return Done(await self._noted(at, call, params))

    def _given(self, at: At) -> dict[str, Any]:
        """The resolved parameters; what has to be literal stays as it was written."""
        params = at.node.data.params
        literal = {name: params[name] for name in params if name in self.literal}
        rest = {name: value for name, value in params.items() if name not in literal}
        return {**resolve(at.node.id, rest, at.names), **literal}

    def _params(self, node_id: str, given: Mapping[str, Any]) -> BaseModel:
        try:
            return self.action.params.model_validate(given)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            field = ".".join(map(str, first["loc"])) or "params"
            raise ParamsInvalid(node_id, field, first["msg"]) from None

    def _effect(self, at: At, params: BaseModel) -> EffectCall:
        request = orjson.dumps(params.model_dump(mode="json"), option=orjson.OPT_SORT_KEYS)
        return EffectCall(
            root_run_id=at.root_run_id,
            thread_id=at.thread_id,
            node_id=at.node.id,
            path=at.path,
            service=self.service,
            task=self.action.name,
            effect=self.action.effect,
            request_hash=sha256(request).hexdigest(),
            attempt=at.failed + 1,
        )

    async def _call(self, at: At, key: str) -> Call:
        user = at.context.user
        connection = None
        if at.node.data.connection:
            connection_id = UUID(at.node.data.connection)
            connection = await at.ports.credentials.reveal(user, connection_id)
        depth = at.state.get("depth") or 0
        return Call(user, at.ports, key, connection, at.thread_id, depth)

    async def _settle(
        self, at: At, call: Call, params: BaseModel, known: tuple[EffectCall, int]
    ) -> Done | None:
        """What became of a call in doubt; None when it is to be made (again)."""
        effects, user = at.workflows.effects, at.context.user
        if self.action.effect == "keyed":
            return None
        if self.action.find is not None:
            found = await self.action.find(call, params)
            return None if found is None else Done(await self._done(at, call, found))
        effect, confirmed = known
        answer = _answer(at, self, params, confirmed)
        if answer == "again":
            await effects.again(user, effect)
            return None
        result = {"confirmed": answer}
        if answer == "happened":
            await effects.done(user, call.key, result, None)
        return Done(result)

    async def _noted(self, at: At, call: Call, params: BaseModel) -> dict[str, Any]:
        effects, user = at.workflows.effects, at.context.user
        try:
            result = await self.action.run(call, params)
        except ProviderFailed as error:
            unknown = error.may_have_happened
            await effects.failed(user, call.key, may_have_happened=unknown)
            raise
        except InvalidInput:
            # It was refused here, before anything was sent.
            await effects.failed(user, call.key, may_have_happened=False)
            raise
        except BaseException:
            # Stopped or broken on its way: nobody knows. What is being cancelled still notes it.
            await asyncio.shield(effects.failed(user, call.key, may_have_happened=True))
            raise
        return await self._done(at, call, result)

    async def _done(self, at: At, call: Call, result: BaseModel) -> dict[str, Any]:
        plain = _plain(result)
        reference = self.action.reference(result)
        noted = at.workflows.effects.done(at.context.user, call.key, plain, reference)
        # It has happened: that is noted even when the run is being stopped.
        await asyncio.shield(noted)
        return plain


def action_work(service: str, action: Action[Any, Any]) -> ActionWork:
    """A node's work."""
    return ActionWork(service, action, literal_fields(action.params.model_json_schema()))


def _answer(at: At, work: ActionWork, params: BaseModel, confirmed: int) -> str:
    """What a person says of a call in doubt; earlier answers are used up."""
    question = {
        "kind": "confirm_effect",
        "node_id": at.node.id,
        "item": at.path,
        "title": f"Did {at.node.title or at.node.id} happen?",
        "message": str(OutcomeUnknown(work.service, "the step was interrupted")),
        "service": work.service,
        "task": work.action.name,
        "args": params.model_dump(mode="json"),
    }
    answer: Any = None
    for _ in range(confirmed + 1):
        answer = interrupt(question, response_schema=CONFIRMATION)
    return str(answer["answer"])


def _plain(result: BaseModel) -> dict[str, Any]:
    return result.model_dump(mode="json")
