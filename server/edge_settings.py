"""The settings of the edge: who is believed, and how much of what may come."""

from ipaddress import ip_network
from urllib.parse import urlsplit

from pydantic import Field, field_validator

from server.account_settings import AccountSettings


class EdgeSettings(AccountSettings):
    """A part of `Settings`, which reads it from the environment."""

    hosts: str | None = Field(
        default=None,
        description="Names besides loopback's that the service is reached by, separated by commas.",
    )
    trusted_proxies: str | None = Field(
        default=None,
        description="Addresses of proxies whose word on the client's address counts, separated by "
        "commas; `10.0.0.0/8` is many.",
    )
    requests_per_min: int = Field(
        default=600, ge=1, description="Requests that each user and each key may send a minute."
    )
    runs_per_min: int = Field(
        default=60, ge=1, description="Runs that each user and each key may start a minute."
    )
    workflow_runs_per_min: int = Field(
        default=10, ge=1, description="Workflows that each user and each key may execute a minute."
    )
    drafts_per_min: int = Field(
        default=10, ge=1, description="Workflows that each user and each key may draft a minute."
    )
    strangers_per_min: int = Field(
        default=60, ge=1, description="Requests of nobody that each address may send a minute."
    )
    body_kb: int = Field(
        default=1024, ge=1, description="Largest request that is no upload, kilobytes."
    )
    header_kb: int = Field(
        default=32, ge=1, description="Largest head of a request (its address and headers), kB."
    )
    header_timeout_s: float = Field(
        default=10.0, gt=0, description="How long the head of a request may take to come, seconds."
    )
    body_timeout_s: float = Field(
        default=20.0,
        gt=0,
        description="A body must come at 500 bytes a second, looked at so often, seconds.",
    )
    answer_timeout_s: float = Field(
        default=60.0,
        gt=0,
        description="An answer must be taken at 500 bytes a second, looked at so often, seconds.",
    )
    keep_audit_days: int = Field(
        default=365,
        ge=0,
        description="Entries of the audit log are kept so long, days; all with 0.",
    )

    @field_validator("trusted_proxies")
    @classmethod
    def _are_networks(cls, value: str | None) -> str | None:
        for text in listed(value):
            ip_network(text, strict=False)
        return value

    @property
    def known_hosts(self) -> tuple[str, ...]:
        """The names besides loopback's that the service is reached by."""
        public = (urlsplit(self.public_url).netloc,) if self.public_url else ()
        return (*listed(self.hosts), *public)

    @property
    def is_https(self) -> bool:
        """Whether people reach the service over TLS."""
        return (self.public_url or "").startswith("https:")


def listed(value: str | None) -> tuple[str, ...]:
    """What a setting says, separated by commas."""
    names = (name.strip().lower() for name in (value or "").split(","))
    return tuple(name for name in names if name)
