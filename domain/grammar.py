"""The grammar of a run's events, checked: what events.md promises of every run and every ending."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from domain.events import AGENT_STATUS_AT_END

Path = tuple[str, ...]


def violations(events: Sequence[Mapping[str, Any]]) -> list[str]:
    """What is wrong with the log of one run that has ended; empty when nothing is.

    `events` is the JSON data of all events of the run in order of `seq`.
    """
    return [*_frame(events), *_Nesting().check(events)]


def thread_violations(events: Sequence[Mapping[str, Any]]) -> list[str]:
    """The same for a whole thread: numbering, and each run by itself."""
    found = [
        f"seq {event['seq']} stands at place {place}"
        for place, event in enumerate(events, start=1)
        if event["seq"] != place
    ]
    for run_id in dict.fromkeys(event["run_id"] for event in events):
        found += violations([event for event in events if event["run_id"] == run_id])
    return found


def _frame(events: Sequence[Mapping[str, Any]]) -> Iterable[str]:
    types = [event["type"] for event in events]
    if not types:
        yield "the run has no events"
        return
    if types[0] != "agent_started" or len(events[0]["path"]) != 1:
        yield f"the first event is {types[0]}, not agent_started of the root"
    if types[-1] != "end":
        yield f"the last event is {types[-1]}, not end"
    if types.count("end") != 1:
        yield f"there are {types.count('end')} end events"
    attempts = [event["attempt"] for event in events]
    if attempts != sorted(attempts):
        yield "an older attempt wrote after a newer one"


class _Nesting:
    """Follows what is open."""

    def __init__(self) -> None:
        self._agents: dict[Path, bool] = {}
        self._tools: dict[str, Path] = {}
        self._used_calls: set[str] = set()
        self._found: list[str] = []

    def check(self, events: Sequence[Mapping[str, Any]]) -> list[str]:
        for event in events:
            handle = getattr(self, f"_{event['type']}", None)
            if handle:
                handle(event, tuple(event["path"]))
        return self._found

    def _agent_started(self, event: Mapping[str, Any], path: Path) -> None:
        if path in self._agents:
            self._found.append(f"{path} started twice")
        if len(path) > 1 and path[:-1] not in self._agents:
            self._found.append(f"{path} started outside of its parent")
        self._agents[path] = False

    def _agent_thinking(self, event: Mapping[str, Any], path: Path) -> None:
        if path not in self._agents:
            self._found.append(f"{path} thinks while it is not open")
        self._agents[path] = True

    def _tool_executing(self, event: Mapping[str, Any], path: Path) -> None:
        call_id = event["call_id"]
        if path not in self._agents:
            self._found.append(f"call {call_id} outside of an open agent")
        if call_id in self._used_calls:
            self._found.append(f"call {call_id} executes twice")
        self._used_calls.add(call_id)
        self._tools[call_id] = path

    def _tool_completed(self, event: Mapping[str, Any], path: Path) -> None:
        if self._tools.pop(event["call_id"], None) is None:
            self._found.append(f"call {event['call_id']} completed without executing")
        if path not in self._agents:
            self._found.append(f"call {event['call_id']} completed outside of an open agent")

    def _agent_completed(self, event: Mapping[str, Any], path: Path) -> None:
        has_said = self._agents.pop(path, None)
        if has_said is None:
            self._found.append(f"{path} completed without having started")
        if event["status"] == "ok" and has_said is False:
            self._found.append(f"{path} completed ok without a thought")
        self._found += [
            f"{path} completed before {other}"
            for other in self._agents
            if other[: len(path)] == path
        ]
        self._found += [
            f"{path} completed while call {call_id} executes"
            for call_id, owner in self._tools.items()
            if owner[: len(path)] == path
        ]

    def _end(self, event: Mapping[str, Any], path: Path) -> None:
        if event["status"] not in AGENT_STATUS_AT_END:
            self._found.append(f"end has the status {event['status']}")
        self._found += [f"{agent} is open at the end" for agent in self._agents]
        self._found += [f"call {call_id} is open at the end" for call_id in self._tools]
