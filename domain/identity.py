"""Who is asking: the context every repository method takes first."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class UserContext:
    """The signed-in user and the tenant whose data may be touched."""

    user_id: str
    tenant_id: str


#: Local mode signs everyone in as this user: one person on one machine.
LOCAL_USER = UserContext(user_id="local", tenant_id="local")
