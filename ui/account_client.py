"""The API's part about accounts, as the pages use it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from pydantic import Field

from ui.api_client import ApiClient
from ui.api_models import ApiModel


class Tenant(ApiModel):
    """A workspace of the person."""

    tenant_id: str
    name: str
    role: str


class Provider(ApiModel):
    """Another place to sign in with."""

    name: str
    title: str


class Account(ApiModel):
    """Who is signed in."""

    mode: str
    user_id: str
    email: str | None = None
    name: str
    birthday: date | None = None
    has_password: bool = False
    tenant_id: str
    role: str
    tenants: list[Tenant] = Field(default_factory=list[Tenant])
    providers: list[Provider] = Field(default_factory=list[Provider])

    @property
    def tenant_name(self) -> str:
        """The workspace that the person is in."""
        return next((each.name for each in self.tenants if each.tenant_id == self.tenant_id), "")

    @property
    def may_manage(self) -> bool:
        """Whether the person looks after members."""
        return self.role in ("owner", "admin")


class Session(ApiModel):
    """A sign-in that is still good."""

    session_id: str
    kind: str
    device: str
    address: str | None
    created_at: datetime
    last_seen_at: datetime
    is_this: bool


class Key(ApiModel):
    """An API key, without the key."""

    key_id: str
    name: str
    prefix: str
    scopes: list[str]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None


class Identity(ApiModel):
    """An account elsewhere that the person signs in with."""

    identity_id: str
    provider: str
    email: str | None
    created_at: datetime


class Member(ApiModel):
    """A person in the workspace."""

    user_id: str
    email: str | None
    name: str
    role: str
    joined_at: datetime


class Invitation(ApiModel):
    """A link that nobody has used yet."""

    invitation_id: str
    role: str
    email: str | None
    invited_by: str
    created_at: datetime
    expires_at: datetime


class Deed(ApiModel):
    """An entry of the audit log."""

    entry_id: int
    created_at: datetime
    user_id: str
    action: str
    address: str | None
    details: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Accounts:
    """Calls about the person at the browser and their workspace."""

    client: ApiClient

    async def account(self) -> Account:
        """Who is signed in."""
        return Account.model_validate(await self._get("/account"))

    async def sessions(self) -> list[Session]:
        """Where they are signed in."""
        return [Session.model_validate(each) for each in await self._get("/account/sessions")]

    async def keys(self) -> list[Key]:
        """Their keys for this workspace."""
        return [Key.model_validate(each) for each in await self._get("/account/keys")]

    async def identities(self) -> list[Identity]:
        """What they sign in with elsewhere."""
        return [Identity.model_validate(each) for each in await self._get("/account/identities")]

    async def members(self) -> list[Member]:
        """Who is in the workspace."""
        return [Member.model_validate(each) for each in await self._get("/members?limit=200")]

    async def invitations(self) -> list[Invitation]:
        """Links into the workspace that nobody has used yet."""
        return [Invitation.model_validate(each) for each in await self._get("/invitations")]

    async def deeds(self) -> list[Deed]:
        """What was done in the workspace, newest first."""
        page = await self._get("/audit?limit=30")
        return [Deed.model_validate(each) for each in page["entries"]]

    async def create_key(self, name: str, scopes: Sequence[str], days: int | None) -> str:
        """Make a key; returns the key itself."""
        body = {"name": name, "scopes": list(scopes), "expires_in_days": days}
        return str((await self._post("/account/keys", body))["key"])

    async def invite(self, role: str, email: str | None) -> str:
        """Make an invitation; returns its link."""
        return str((await self._post("/invitations", {"role": role, "email": email}))["link"])

    async def change(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> None:
        """A call that answers nothing."""
        await self.client.send(method, path, json=body)

    async def _get(self, path: str) -> Any:
        return (await self.client.send("GET", path)).json()

    async def _post(self, path: str, body: Mapping[str, Any]) -> Any:
        return (await self.client.send("POST", path, json=body)).json()
