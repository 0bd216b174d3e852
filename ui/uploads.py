"""Uploads on their way from Gradio's folder to the service, where they have an owner."""

import asyncio
from pathlib import Path

from ui.api_client import ApiClient, ApiError
from ui.api_models import UsageImport


async def hand_over(client: ApiClient, path: Path, model: str | None = None) -> UsageImport:
    """Import a file and take it out of the folder; a refused one stays, to be sent again.

    Raises `ApiError`.
    """
    try:
        done = await client.import_usage(path, path.name, model=model or None)
    except FileNotFoundError:
        raise ApiError(f"{path.name} is not here any more. Choose it again.") from None
    await asyncio.to_thread(path.unlink, missing_ok=True)
    return done
