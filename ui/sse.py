"""Reading server-sent events: lines to the JSON that each frame carries."""

import json
from collections.abc import AsyncIterator

from ui.event_fields import EventJson


async def sse_events(lines: AsyncIterator[str]) -> AsyncIterator[EventJson]:
    """The JSON of each frame; comments (heartbeats) and frames without data are skipped."""
    data: list[str] = []
    async for line in lines:
        if not line:
            if data:
                yield json.loads("\n".join(data))
            data = []
        elif line.startswith("data:"):
            data.append(line.removeprefix("data:").removeprefix(" "))
