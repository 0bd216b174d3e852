"""What LangGraph's clients may ask for and is not there yet: each says so in a sentence."""

from typing import Final

from fastapi import APIRouter, HTTPException

router = APIRouter(include_in_schema=False)

_CRONS = "Schedules are not there yet. Start runs from a scheduler of your own until then."
_STORE = "The store is not served over HTTP yet. Keep data in the thread's state until then."
_BATCH = "Batches of runs are not there yet. Start the runs one by one."
_PROTOCOL_V2 = (
    "The second version of the streaming protocol is not there yet. Use `runs.stream` and "
    "`runs.join_stream`, which lose nothing either."
)

_ROUTES: Final = (
    (("POST",), "/runs/batch", _BATCH),
    (("POST",), "/runs/crons", _CRONS),
    (("POST",), "/runs/crons/search", _CRONS),
    (("POST",), "/runs/crons/count", _CRONS),
    (("GET", "PATCH", "DELETE"), "/runs/crons/{cron_id}", _CRONS),
    (("POST",), "/threads/{thread_id}/runs/crons", _CRONS),
    (("PUT", "GET", "DELETE"), "/store/items", _STORE),
    (("POST",), "/store/items/search", _STORE),
    (("POST",), "/store/namespaces", _STORE),
    (("POST",), "/threads/{thread_id}/commands", _PROTOCOL_V2),
    (("POST",), "/threads/{thread_id}/stream/events", _PROTOCOL_V2),
)


def _add(methods: tuple[str, ...], path: str, sentence: str) -> None:
    async def not_built() -> None:
        raise HTTPException(501, sentence)

    router.add_api_route(path, not_built, methods=list(methods))


for _methods, _path, _sentence in _ROUTES:
    _add(_methods, _path, _sentence)
