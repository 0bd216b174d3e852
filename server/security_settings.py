"""The settings of what the service lets out, lets in and keeps secret."""

from pydantic import Field, SecretStr, field_validator

from domain.egress import EgressPolicy, EgressRules
from server.account_settings import SECRET_KEY_CHARACTERS
from server.edge_settings import EdgeSettings


class SecuritySettings(EdgeSettings):
    """A part of `Settings`, which reads it from the environment."""

    secret_key: SecretStr | None = Field(
        default=None,
        min_length=SECRET_KEY_CHARACTERS,
        description="Protects what is kept secret, 32 characters or more; with the embedded "
        "Postgres one is made in the data folder.",
    )
    secret_key_old: SecretStr | None = Field(
        default=None,
        min_length=SECRET_KEY_CHARACTERS,
        description="The key before the present one, until `rotate-secrets` has run.",
    )
    egress_allow: str | None = Field(
        default=None,
        description="What may be called besides public addresses: `host`, `host:port`, addresses "
        "and networks, separated by commas.",
    )

    egress_allow_tenants: dict[str, str] = Field(
        default={},
        description='The same for single workspaces, as JSON: `{"<id>": "10.1.0.5:443"}`.',
    )
    unpacked_mb: int = Field(
        default=1000, ge=1, description="Largest upload when it is unpacked, megabytes."
    )
    unpacked_ratio: int = Field(
        default=200, ge=2, description="How many times larger a file of an archive may get."
    )
    unpacked_files: int = Field(
        default=1000, ge=1, description="Most files in an archive or workbook."
    )
    upload_rows: int = Field(default=5_000_000, ge=1, description="Most rows read of an upload.")
    upload_columns: int = Field(default=500, ge=2, description="Most columns of an upload.")
    upload_line_kb: int = Field(
        default=16 * 1024, ge=1, description="Longest line or row of an upload, kilobytes."
    )

    @field_validator("egress_allow")
    @classmethod
    def _entries_are_understood(cls, entries: str | None) -> str | None:
        EgressRules().and_also(entries)
        return entries

    @field_validator("egress_allow_tenants")
    @classmethod
    def _tenants_entries_are_understood(cls, tenants: dict[str, str]) -> dict[str, str]:
        for entries in tenants.values():
            EgressRules().and_also(entries)
        return tenants

    @property
    def egress_policy(self) -> EgressPolicy:
        """What each workspace may call."""
        allowed = self.egress_allow_tenants.items()
        own = {tenant: EgressRules().and_also(entries) for tenant, entries in allowed}
        return EgressPolicy(self.egress_rules, own)

    @property
    def egress_rules(self) -> EgressRules:
        """What may be called."""
        return EgressRules().and_also(self.egress_allow)
