"""The tasks of integrations as tools of agents: the same parameters, results and refusals."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Annotated, Any, Final
from uuid import UUID

from langchain_core.tools import BaseTool, InjectedToolArg, StructuredTool, ToolException
from langgraph.prebuilt import ToolRuntime
from pydantic import BaseModel, create_model

from domain.errors import GoldenpathError
from tools.context import AgentContext, context_of
from tools.integration import Action, Call, Integration

#: Services whose tasks are pauses of a workflow's run and no calls.
_ONLY_IN_WORKFLOWS: Final = frozenset({"timer"})

Runtime = ToolRuntime[AgentContext, Any]


@dataclass(frozen=True, slots=True)
class ToolAccess:
    """What an agent may use."""

    #: The connections for each kind, by their ids.
    connections: Mapping[str, UUID] = field(default_factory=dict[str, UUID])
    #: Tasks as `service.task`; None is all that read.
    tasks: frozenset[str] | None = None


def integration_tools(integration: Integration, access: ToolAccess) -> list[BaseTool]:
    """The tools of one service that an agent may use and has the connections for."""
    if integration.service in _ONLY_IN_WORKFLOWS:
        return []
    return [
        _tool(integration, action, access)
        for action in integration.actions
        if _is_allowed(integration, action, access)
    ]


def _is_allowed(integration: Integration, action: Action[Any, Any], access: ToolAccess) -> bool:
    if action.connection_kind and action.connection_kind not in access.connections:
        return False
    if access.tasks is None:
        return action.effect == "read"
    return f"{integration.service}.{action.name}" in access.tasks


def _tool(integration: Integration, action: Action[Any, Any], access: ToolAccess) -> BaseTool:
    return StructuredTool(
        name=f"{integration.service}_{action.name}",
        description=f"{integration.title}: {action.description}",
        args_schema=_arguments(action.params),
        coroutine=_coroutine(action, access),
        # What a service refuses is for the agent to read, and to do otherwise.
        handle_tool_error=True,
    )


def _arguments(params: type[BaseModel]) -> type[BaseModel]:
    """The parameters, and the runtime that a graph adds and no model sees."""
    more: Any = {"runtime": (Annotated[Any, InjectedToolArg()], ...)}
    return create_model(f"{params.__name__}Arguments", __base__=params, **more)


def _coroutine(
    action: Action[Any, Any], access: ToolAccess
) -> Callable[..., Awaitable[dict[str, Any]]]:
    async def run(runtime: Runtime, **arguments: Any) -> dict[str, Any]:
        try:
            call = await _call(action, access, runtime)
            params = action.params.model_validate(_plain(arguments))
            result = await action.run(call, params)
        except GoldenpathError as error:
            raise ToolException(str(error)) from error
        return result.model_dump(mode="json")

    return run


def _plain(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments as they came: the library has made models of the inner ones."""
    return {
        name: value.model_dump(exclude_unset=True) if isinstance(value, BaseModel) else value
        for name, value in arguments.items()
    }


async def _call(action: Action[Any, Any], access: ToolAccess, runtime: Runtime) -> Call:
    context = context_of(runtime)
    ports = context.reach()
    revealed = None
    if action.connection_kind:
        connection_id = access.connections[action.connection_kind]
        revealed = await ports.credentials.reveal(context.user, connection_id)
    thread = runtime.config.get("configurable", {}).get("thread_id")
    # An agent's call is known by its id, which a repeated step has again.
    key = sha256(f"{thread}\n{runtime.tool_call_id}".encode()).hexdigest()
    return Call(context.user, ports, key=key, connection=revealed, thread_id=_thread_id(thread))


def _thread_id(text: object) -> UUID | None:
    try:
        return UUID(str(text))
    except ValueError:
        return None
