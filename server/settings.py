"""All settings of the service; the only place that reads the environment.

Names are `GOLDENPATH_<NAME>`; a few well-known names of others are honoured as they are. An
unknown name or a bad value stops the start with a sentence that names it.
"""

import difflib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from dotenv import dotenv_values
from pydantic import AliasChoices, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from domain.errors import InvalidSettings
from server.mail_settings import MailSettings
from server.security_settings import SecuritySettings

PREFIX = "GOLDENPATH_"

#: What libraries read from the environment themselves, when they are imported: nothing of ours
#: calls out to anybody.
_LIBRARIES = {
    "GRADIO_ANALYTICS_ENABLED": "False",
    "GRADIO_RUN_HISTORY": "False",
    "HF_HUB_OFFLINE": "1",
    "LANGSMITH_TRACING": "false",
}


class Settings(MailSettings, BaseSettings):
    """What can be set, with defaults that suit one machine."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore", frozen=True)

    host: str = Field(default="127.0.0.1", description="Address to listen on.")
    port: int = Field(
        default=8000, ge=0, le=65535, description="Port to listen on; 0 takes a free one."
    )
    data_dir: Path = Field(
        default=Path(".goldenpath"), description="Folder of the embedded Postgres and of uploads."
    )
    config: Path = Field(
        default=Path("langgraph.json"),
        description="Which graphs exist: the langgraph.json to serve.",
    )
    database_url: SecretStr | None = Field(
        default=None,
        validation_alias=AliasChoices("DATABASE_URL", "GOLDENPATH_DATABASE_URL"),
        description="A Postgres of your own (15 or newer); without it an embedded one is started.",
    )
    model: str | None = Field(
        default=None,
        description="Chat model of the agents; without one the built-in playbook answers.",
    )
    openai_api_key: SecretStr | None = Field(
        default=None,
        validation_alias=AliasChoices("OPENAI_API_KEY", "GOLDENPATH_OPENAI_API_KEY"),
        description="Key of the model's endpoint.",
    )
    openai_base_url: str | None = Field(
        default=None,
        validation_alias=AliasChoices("OPENAI_BASE_URL", "GOLDENPATH_OPENAI_BASE_URL"),
        description="Any OpenAI-compatible endpoint; OpenAI's own when empty.",
    )
    model_timeout_s: float = Field(
        default=60.0, gt=0, description="Longest silence of the model's endpoint, seconds."
    )
    model_retry_after_s: float = Field(
        default=20.0, gt=0, description="How long a failed model endpoint is left alone, seconds."
    )
    worker_concurrency: int = Field(
        default=50,
        ge=1,
        le=1000,
        description="Runs that one worker executes at the same time; in `serve` half of them from "
        "its own API, half from the queue.",
    )
    worker_beat_s: float = Field(
        default=2.0, gt=0, description="How often a worker renews its lease."
    )
    worker_lease_s: float = Field(
        default=8.0,
        gt=0,
        description="A worker silent for so long is lost and its runs are taken over.",
    )
    runs_per_user: int = Field(
        default=20, ge=1, description="Runs of one user at the same time; the rest wait their turn."
    )
    drain_s: float = Field(
        default=10.0,
        ge=0,
        description="How long a stopping worker lets its runs reach their next step.",
    )
    run_timeout_s: float = Field(
        default=3600.0, gt=0, description="Longest time of one run, seconds."
    )
    node_timeout_s: float = Field(
        default=900.0,
        ge=0,
        description="Longest time of one step of a run, seconds; 0 is no limit.",
    )
    run_attempts: int = Field(
        default=3, ge=1, description="How often a run is taken over before it is given up."
    )
    recursion_limit: int = Field(default=100, ge=1, description="Most supersteps of one run.")
    api_connections: int = Field(default=8, ge=1, description="Database connections for the API.")
    run_connections: int = Field(default=4, ge=1, description="Database connections for the runs.")
    system_connections: int = Field(
        default=4,
        ge=1,
        description="Database connections for what serves all users: readers of events, sign-ins.",
    )
    database_wait_s: float = Field(
        default=3.0,
        gt=0,
        description="How long a request waits for one of them before it is answered 503, seconds.",
    )
    heartbeat_s: float = Field(
        default=15.0, gt=0, description="A silent event stream gets a comment so often, seconds."
    )
    ws_frame_bytes: int = Field(
        default=8192, ge=256, description="Largest text frame that /ws takes, bytes."
    )
    ws_ping_s: float = Field(
        default=30.0,
        gt=0,
        description="/ws pings so often, seconds; who is silent for two pings is dropped.",
    )
    ws_sign_in_s: float = Field(
        default=10.0, gt=0, description="How long a connection to /ws may take to send its token."
    )
    ws_connections_per_user: int = Field(
        default=20, ge=1, description="Connections to /ws that each user may have open."
    )
    ws_messages_per_s: float = Field(
        default=20.0,
        gt=0,
        description="Messages a second over one connection to /ws; at once five times as many.",
    )
    keep_stream_parts_h: float = Field(
        default=24.0,
        ge=0,
        description="What clients asked for by stream mode is kept so long after its run, hours.",
    )
    keep_checkpoints: Literal["all", "latest"] | Annotated[int, Field(ge=1)] = Field(
        default=30,
        description="Which checkpoints are kept: `all`, `latest` (what threads need to go on), or "
        "these and all of so many days.",
    )
    keep_runs_days: int = Field(
        default=90,
        ge=0,
        description="Ended runs are kept so long, days; a thread's last one always, all with 0.",
    )
    tidy_hour: int = Field(
        default=3, ge=0, le=23, description="When to clear away what is not kept, hour in UTC."
    )
    upload_mb: int = Field(default=100, ge=1, description="Largest upload, megabytes.")
    min_free_disk_mb: int = Field(
        default=200, ge=0, description="Least free disk for the embedded Postgres, megabytes."
    )
    log_level: str = Field(
        default="WARNING", pattern="^(DEBUG|INFO|WARNING|ERROR)$", description="How much is logged."
    )


def load_settings(
    given: Mapping[str, Any], environment: Mapping[str, str] | None = None
) -> Settings:
    """Settings from the command line over the environment; raises `InvalidSettings`."""
    names = os.environ if environment is None else environment
    _refuse_unknown(names)
    try:
        return Settings(**given)
    except ValidationError as error:
        raise InvalidSettings(" ".join(_sentence(details) for details in error.errors())) from error


def prepare_libraries(settings: Settings) -> None:
    """Tell libraries to stay off the network, and where uploads go, before they are imported.

    What the environment says already is left as it is.
    """
    uploads = settings.data_dir.resolve() / "uploads"
    for name, value in {**_LIBRARIES, "GRADIO_TEMP_DIR": str(uploads)}.items():
        os.environ.setdefault(name, value)


def set_variables(variables: Mapping[str, str] | Path) -> None:
    """Set what the graphs ask for, from names with values or a dotenv file.

    What the environment says already is left as it is. Raises `InvalidSettings` for our own
    settings: they have been read by then.
    """
    given = dotenv_values(variables) if isinstance(variables, Path) else variables
    for name, value in given.items():
        if name.upper().startswith(PREFIX):
            raise InvalidSettings(
                f"`env` of langgraph.json sets {name}, but the service's own settings are read "
                "before. Set it in the environment instead."
            )
        if value is not None:
            os.environ.setdefault(name, value)


def setting_names() -> dict[str, str]:
    """The environment variable of each setting, by field."""
    names: dict[str, str] = {}
    # Inherited fields come first of themselves; people look for the address first.
    inherited = SecuritySettings.model_fields
    own = [field for field in Settings.model_fields if field not in inherited]
    for field in (*own, *inherited):
        info = Settings.model_fields[field]
        alias = info.validation_alias
        first = alias.choices[0] if isinstance(alias, AliasChoices) else None
        names[field] = str(first) if first else PREFIX + field.upper()
    return names


def _secret_names() -> set[str]:
    """The environment variables whose values are shown to nobody."""
    fields = Settings.model_fields.items()
    secret = {
        field
        for field, info in fields
        if SecretStr in (info.annotation, *get_args(info.annotation))
    }
    return {name for field, name in setting_names().items() if field in secret}


def _refuse_unknown(names: Mapping[str, str]) -> None:
    known = {field.upper() for field in Settings.model_fields}
    for name in sorted(names):
        # Compared without the prefix, which would make any two names look alike.
        bare = name.upper().removeprefix(PREFIX)
        if name.upper().startswith(PREFIX) and bare not in known:
            near = difflib.get_close_matches(bare, known, n=1)
            hint = f"Did you mean {PREFIX}{near[0]}?" if near else "See the table in README.md."
            raise InvalidSettings(f"There is no setting {name}. {hint}")


def _sentence(details: Any) -> str:
    field = str(details["loc"][0]) if details["loc"] else ""
    by_alias = {name.lower(): name for name in setting_names().values()}
    name = setting_names().get(field.lower()) or by_alias.get(field.lower()) or field
    problem = str(details["msg"]).removeprefix("Value error, ")
    value = details.get("input")
    is_shown = isinstance(value, str | int | float) and name not in _secret_names()
    shown = f" (it is {value!r})" if is_shown else ""
    return f"The setting {name} cannot be used: {problem}{shown}."
