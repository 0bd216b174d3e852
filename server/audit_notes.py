"""Noting in the audit log what a request did."""

from typing import Any

from domain.identity import UserContext
from server.services import Services
from storage.audit_log import record


async def note(
    services: Services,
    user: UserContext,
    action: str,
    object_id: object,
    **details: Any,
) -> None:
    """Note that somebody did something; before the dot of `action` stands the object's type."""
    object_type = action.partition(".")[0]
    await record(services.database, user, action, object_type, str(object_id), details=details)
