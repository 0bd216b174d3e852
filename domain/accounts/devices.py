"""What a person recognises of the browser or program that signed in."""

from typing import Final

#: The first that fits counts: browsers name those that they are like, too.
_BROWSERS: Final = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS: Final = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)
_LONGEST: Final = 60


def device_name(user_agent: str) -> str:
    """`Firefox on Linux`, or the program's own name."""
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), None)
    if browser is None:
        program = user_agent.split(" ", 1)[0]
        return program[:_LONGEST] if program.isprintable() and program else "Unknown program"
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), None)
    return f"{browser} on {system}" if system else browser
