"""Asking: on the newest branch of a conversation, on an older one, or again in other words."""

from typing import Final

from ui.api_client import ApiClient, ApiError
from ui.branches import AFTER, Branches, branches_of
from ui.pages.chat.painting import FollowRequest

#: A new thread is called what its first question begins with.
TITLE_CHARACTERS: Final = 60
#: What a graph is given is saved as a checkpoint of this source.
_INPUT: Final = "input"


def title_of(text: str) -> str:
    """What a conversation is called that begins with this text: whole words of its first line."""
    line = " ".join(text.splitlines()[0].split())
    if len(line) <= TITLE_CHARACTERS:
        return line
    cut = line[: TITLE_CHARACTERS - 1]
    return f"{cut.rpartition(' ')[0] or cut}…"


async def ask_on(client: ApiClient, wanted: FollowRequest, text: str) -> str:
    """Start a run, on a new thread if there is none; the thread's id."""
    if not wanted.thread_id:
        thread_id = (await client.create_thread(title_of(text))).thread_id
        await client.ask(thread_id, text)
        return thread_id
    runs = await client.runs(wanted.thread_id) if wanted.branch else []
    # While a run goes on the page shows its branch, whatever was wanted before.
    if not runs or any(run.is_open for run in runs):
        await client.ask(wanted.thread_id, text)
        return wanted.thread_id
    branches = branches_of(runs)
    leaf = branches.leaf(wanted.branch)
    await client.ask(
        wanted.thread_id,
        text,
        checkpoint_id=await _end_of(client, wanted.thread_id, branches, leaf),
        metadata={AFTER: leaf},
    )
    return wanted.thread_id


async def ask_again(client: ApiClient, thread_id: str, run_id: str, text: str) -> None:
    """Run from before a question on, with this text: a new branch beside it."""
    branches = branches_of(await client.runs(thread_id))
    saved = await client.checkpoints_of(thread_id, run_id)
    begun = next((each for each in saved if each["metadata"].get("source") == _INPUT), None)
    if begun is None or run_id not in branches.parents:
        raise ApiError(
            "What this question began with is no longer kept, so it cannot be run again from "
            "there. Ask it as a new message."
        )
    await client.ask(
        thread_id,
        text,
        # Before the first question there is nothing: its own input is replaced.
        checkpoint_id=begun["parent_checkpoint_id"] or begun["checkpoint_id"],
        metadata={AFTER: branches.parents[run_id]},
    )


async def _end_of(client: ApiClient, thread_id: str, branches: Branches, leaf: str) -> str:
    """The newest checkpoint on the way to a run."""
    for run_id in reversed(branches.path(leaf)):
        if saved := await client.checkpoints_of(thread_id, run_id):
            return str(saved[0]["checkpoint_id"])
    raise ApiError(
        "The end of this branch is no longer kept. Go on from the newest one, or ask in a new "
        "conversation."
    )
