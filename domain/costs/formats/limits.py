"""How far reading goes, and what the person who imports a file says about it."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Limits:
    """Where reading stops, so that a hostile or broken file cannot exhaust the machine."""

    rows: int = 5_000_000
    columns: int = 500
    #: One line of text or one row of JSON.
    line_bytes: int = 16 * 1024 * 1024
    #: What of a bad value is shown.
    shown_characters: int = 80


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What the person who imports a file says about it."""

    #: For formats that name no model.
    model: str | None = None
    #: For rows that name no workload.
    workload: str | None = None
    limits: Limits = field(default_factory=Limits)
