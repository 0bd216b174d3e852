"""The schedules of workflows that go live."""

from datetime import datetime
from uuid import UUID

from domain.identity import UserContext
from domain.schedules import moments_after, schedule_of
from storage.database import Connection
from storage.schedules import put_schedule, wanted_schedules


async def schedules_registered(
    connection: Connection, user: UserContext, workflow_id: UUID, now: datetime
) -> None:
    """Note when each schedule of a workflow comes next, right after its triggers were swapped.

    In the caller's transaction. Raises `InvalidInput` for what is no schedule.
    """
    for node_id, params in await wanted_schedules(connection, user, workflow_id):
        following = next(moments_after(schedule_of(params), now), None)
        await put_schedule(connection, user, (workflow_id, node_id), params, following)
