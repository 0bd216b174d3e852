"""How much one run of a workflow may do and carry."""

from dataclasses import dataclass
from typing import Final

from domain.errors import InvalidInput, TooLarge

MOST_ITEMS: Final = 1_000
#: Loop items that are sent out together: one checkpoint for each wave.
WAVE: Final = 50


@dataclass(frozen=True, slots=True)
class WorkflowCaps:
    """The limits of a run."""

    #: A result larger than this is kept as a file, and the run carries a preview.
    inline_bytes: int = 64 * 1024
    run_bytes: int = 25 * 1024 * 1024
    executions: int = 10_000
    #: An assistant that is a step may say nothing for so many seconds.
    idle_s: float = 600.0

    def check(self, executions: int, result_bytes: int) -> None:
        """Refuse to go on beyond a limit; raises `TooLarge` that names the setting."""
        if executions >= self.executions:
            raise TooLarge(
                "The work of this run",
                f"{self.executions:,} steps",
                "GOLDENPATH_WORKFLOW_EXECUTIONS",
            )
        if result_bytes > self.run_bytes:
            raise TooLarge(
                "What the steps of this run gave back",
                f"{self.run_bytes:,} bytes together",
                "GOLDENPATH_WORKFLOW_RUN_MB",
            )


class NotAList(InvalidInput):
    """A loop over something that has no items."""

    def __init__(self, node_id: str) -> None:
        super().__init__(
            f"The loop {node_id} was given no list of items. Insert a list, as in "
            "`{{step.rows}}`."
        )


class TooManyItems(InvalidInput):
    """A loop over more than is done in one run."""

    def __init__(self, node_id: str, count: int) -> None:
        super().__init__(
            f"The loop {node_id} was given {count:,} items, and at most {MOST_ITEMS:,} are done in "
            "one run. Give it a part of them."
        )
