"""What is started in another way than as any run."""

from uuid import UUID

from domain.errors import InvalidInput
from domain.identity import UserContext
from domain.workflows.starts import WORKFLOW_GRAPH
from server.services import Services


async def refuse_workflows(
    services: Services, user: UserContext, assistant_id: str, forked: UUID | None = None
) -> None:
    """Raise `InvalidInput` for an assistant of the graph of workflows, `NotFound` for none.

    A run of it that is no execution would pass by the workflow's limits and its history. `forked`
    is the thread of a run that goes on from a checkpoint: of an execution that is a part of it.
    """
    assistant = await services.assistants.resolve(user, assistant_id)
    if assistant.graph_id != WORKFLOW_GRAPH:
        return
    if forked is None or not await services.workflows.executions.is_one(user, forked):
        raise InvalidInput(
            "Workflows are not started as runs of an assistant. Send `POST "
            "/workflows/{workflow_id}/execute` with the data as `payload`: its answer has the "
            "`thread_id` and the `run_id` to join, stream and cancel."
        )
