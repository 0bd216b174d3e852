"""What the HTTP API answers, as far as the pages use it."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class ApiModel(BaseModel):
    """An answer of the API; fields that the pages do not know are ignored."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class Thread(ApiModel):
    """A conversation."""

    thread_id: str
    status: str
    created_at: datetime
    updated_at: datetime
    metadata: dict[str, Any] = Field(default_factory=dict)

    @property
    def title(self) -> str:
        """The name in the list."""
        return str(self.metadata.get("title") or "New conversation")


class Run(ApiModel):
    """One execution on a thread."""

    run_id: str
    thread_id: str
    status: str
    created_at: datetime
    metadata: dict[str, Any] = Field(default_factory=dict)
    kwargs: dict[str, Any] = Field(default_factory=dict)

    @property
    def is_open(self) -> bool:
        """The run waits for its turn or is going on."""
        return self.status in ("pending", "running")


class Feedback(ApiModel):
    """What somebody thinks of a run's answer: 1 good, -1 bad, 0 nothing."""

    run_id: str
    score: int
    comment: str | None = None


class RejectedRow(ApiModel):
    """One row of an upload that could not be used."""

    line: int
    column: str | None = None
    value: str | None = None
    code: str = ""
    message: str = ""
    next_step: str = ""


class ImportNote(ApiModel):
    """What the reader has to say about a file as a whole."""

    code: str = ""
    text: str = ""


class UsageImport(ApiModel):
    """An upload and what became of its rows."""

    import_id: str
    file_name: str
    format: str
    model: str | None = None
    rows_read: int = 0
    rows_imported: int = 0
    rows_duplicate: int = 0
    rows_rejected: int = 0
    notes: list[ImportNote] = Field(default_factory=list[ImportNote])
    created_at: datetime | None = None
    rejects: list[RejectedRow] = Field(default_factory=list[RejectedRow])


class ReportEntry(ApiModel):
    """A line in the list of reports."""

    report_id: str
    title: str
    created_at: datetime
    thread_id: str | None = None


class ConnectionField(ApiModel):
    """One value that a kind of connection needs."""

    name: str
    title: str
    is_secret: bool = False
    is_required: bool = True
    help: str = ""


class ConnectionKind(ApiModel):
    """One way to sign in to a service."""

    name: str
    title: str
    help: str = ""
    fields: tuple[ConnectionField, ...] = ()


class Connection(ApiModel):
    """How agents sign in to a service; its secrets are not among this."""

    connection_id: str
    name: str
    kind: str
    settings: dict[str, str] = Field(default_factory=dict)
    secrets_set_at: datetime
    status: str = "active"
    last_used_at: datetime | None = None

    @property
    def is_active(self) -> bool:
        """It may be used."""
        return self.status == "active"


class Health(ApiModel):
    """How the service and its parts are."""

    status: str
    parts: dict[str, dict[str, Any]] = Field(default_factory=dict)

    @property
    def model(self) -> str:
        """The chat model that answers now; `playbook` is the built-in one."""
        return str(self.parts.get("model", {}).get("model") or "playbook")

    @property
    def configured_model(self) -> str | None:
        """The model that was configured, which may be failing now."""
        name = self.parts.get("model", {}).get("configured")
        return str(name) if name else None

    @property
    def model_reason(self) -> str | None:
        """Why the configured model does not answer."""
        reason = self.parts.get("model", {}).get("reason")
        return str(reason) if reason else None
