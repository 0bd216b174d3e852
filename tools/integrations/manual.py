"""Starting a workflow by hand, or by the API."""

from typing import Final

from pydantic import BaseModel, ConfigDict

from tools.integration import Integration, Trigger
from tools.triggers.samples import NoParams


class Payload(BaseModel):
    """Whatever is given at the start."""

    model_config = ConfigDict(extra="allow")


INTEGRATION: Final = Integration(
    service="manual",
    title="By hand",
    description="Somebody starts the workflow, here or by the API.",
    triggers=(
        Trigger(
            "start",
            "Start by hand",
            "Somebody starts it, with any data.",
            NoParams,
            Payload,
            {},
            phrases=("i start it", "started by hand", "manually", "on demand"),
        ),
    ),
    aliases=("by hand", "manually"),
)
