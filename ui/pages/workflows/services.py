"""How services are called and drawn."""

from collections.abc import Mapping, Sequence
from typing import Final

from ui.markup import escaped

TITLES: Final[Mapping[str, str]] = {
    "manual": "By hand",
    "whatsapp": "WhatsApp",
    "google_sheets": "Google Sheets",
    "razorpay": "Razorpay",
    "email": "E-mail",
    "timer": "Timer",
    "slack": "Slack",
    "webhook": "HTTP request",
    "database": "Database",
    "file": "Files",
    "goldenpath": "goldenpath",
}

_PATHS: Final[Mapping[str, str]] = {
    "bolt": "M13 3 5 13.5h6L10 21l9-11.5h-6.5L13 3Z",
    "plug": "M9 3v5m6-5v5M6 8h12v3a6 6 0 0 1-12 0V8Zm6 9v4",
    "condition": "M12 3v5M12 8 6 14v7m6-13 6 6v7",
    "loop": "M17 3l3.5 3.5L17 10M20.5 6.5H8a4.5 4.5 0 0 0-4.5 4.5M7 21l-3.5-3.5L7 14"
    "m-3.5 3.5H16a4.5 4.5 0 0 0 4.5-4.5",
    "approval": "M12 21a7 7 0 0 1-7-7v-3m3 1V6m4 6V4m4 8V6m3 5v3a7 7 0 0 1-7 7",
    "wait": "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17ZM12 7v5l3.4 2",
    "agent": "M12 3.5 13.9 10l6.6 2-6.6 2L12 20.5 10.1 14l-6.6-2 6.6-2L12 3.5Z",
    "whatsapp": "M4 20l1.3-4A8 8 0 1 1 8.2 19L4 20ZM9 9c0 3.5 2.5 6 6 6l.5-2-2-.8-1 1"
    "a5 5 0 0 1-1.8-1.8l1-1-.7-2L9 9Z",
    "google_sheets": "M6 3h9l4 4v14H6zM15 3v4h4M9 11h7v7H9zM9 14.5h7M12.5 11v7",
    "razorpay": "M3 7h18v11H3zM3 10.5h18M6.5 15h4",
    "timer": "M12 6a7.5 7.5 0 1 0 0 15 7.5 7.5 0 0 0 0-15ZM12 10v4M9.5 3h5",
    "email": "M3.5 6h17v12.5h-17zM4 6.5l8 6.5 8-6.5",
    "slack": "M9.5 3.5v17M14.5 3.5v17M3.5 9.5h17M3.5 14.5h17",
    "webhook": "M9 9.5a3.5 3.5 0 1 1 5 1.2l3 5M6 20a3.5 3.5 0 0 1 2-6.5M11 11l-3.5 6H15"
    "M17.5 20a3 3 0 1 0 0-6",
    "database": "M5 6c0-3.3 14-3.3 14 0s-14 3.3-14 0Zm0 0v12c0 3.3 14 3.3 14 0V6"
    "M5 12c0 3.3 14 3.3 14 0",
    "file": "M7 3h7l5 5v13H7zM14 3v5h5",
    "manual": "M6 4l13 7-5.5 2L11 19 6 4Z",
    "goldenpath": "M4 18c4.5 0 4-6 8-6s3.5-6 8-6",
}


def title_of(service: str) -> str:
    """What people call a service."""
    return TITLES.get(service) or service.replace("_", " ").capitalize()


def service_icon(name: str) -> str:
    """The line icon of a service or of a kind of step; decoration only."""
    return (
        '<svg class="gp-icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">'
        f'<path d="{_PATHS.get(name, _PATHS["plug"])}"/></svg>'
    )


def service_row(services: Sequence[str]) -> str:
    """The services as icons with their names."""
    chips = "".join(
        f'<li title="{escaped(title_of(each))}">{service_icon(each)}'
        f'<span class="gp-unseen">{escaped(title_of(each))}</span></li>'
        for each in services
    )
    return f'<ul class="gp-services" aria-label="Services">{chips}</ul>' if chips else ""
