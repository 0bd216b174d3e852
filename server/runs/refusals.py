"""What is started in another way than as any run."""

from domain.errors import InvalidInput
from domain.identity import UserContext
from domain.workflows.starts import WORKFLOW_GRAPH
from server.services import Services


async def refuse_workflows(services: Services, user: UserContext, assistant_id: str) -> None:
    """Raise `InvalidInput` for an assistant of the graph of workflows, `NotFound` for none.

    A run of it that is no execution would pass by the workflow's limits and its history.
    """
    assistant = await services.assistants.resolve(user, assistant_id)
    if assistant.graph_id == WORKFLOW_GRAPH:
        raise InvalidInput(
            "Workflows are not started as runs of an assistant. Send `POST "
            "/workflows/{workflow_id}/execute` with the data as `payload`: its answer has the "
            "`thread_id` and the `run_id` to join, stream and cancel."
        )
