"""Steps of a script as nodes and edges, each bound to what the steps before it give."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from domain.blueprints.expressions import RESERVED
from domain.blueprints.names import ROOTS
from domain.drafting.binding import bound
from domain.drafting.catalogue import DraftCatalogue, DraftTask
from domain.drafting.conditions import condition_of
from domain.drafting.drafts import Question
from domain.drafting.fields import Field, Fields, Source
from domain.drafting.matching import best_task, foreign_service
from domain.drafting.script import Step
from domain.drafting.texts import shown
from domain.drafting.tokens import Token, text_of, words_of
from domain.drafting.words import content, stem

Data = dict[str, Any]
#: Where the next edge begins: a step, and its branch if it has branches.
End = tuple[str, str | None]

_RESULTS: Final = {"type": "array"}


@dataclass(slots=True)
class Builder:
    """A workflow in the making."""

    catalogue: DraftCatalogue
    nodes: list[Data] = field(default_factory=list[Data])
    edges: list[Data] = field(default_factory=list[Data])
    questions: list[Question] = field(default_factory=list[Question])
    assumptions: list[str] = field(default_factory=list[str])
    #: A new name for the workflow.
    name: str = ""
    #: What the next step may use, the trigger first.
    sources: list[Source] = field(default_factory=list[Source])

    def add_trigger(self, task: DraftTask, params: Data) -> End:
        """A trigger, whose data the steps after it use."""
        node_id = self._add_node(task.name, "trigger", task.title, _task_data(task, params))
        self.sources.append(trigger_source(task))
        return node_id, None

    def build(self, steps: Sequence[Step], ends: list[End]) -> list[End]:
        """Add these steps behind the ends; returns where what follows is to begin."""
        starts = ends
        for step in steps:
            if not step.is_beside:
                starts = ends
            before = len(self.nodes)
            found = self._build_step(step, starts)
            if len(self.nodes) == before:
                continue
            ends = [*ends, *found] if step.is_beside and ends is not starts else found
        return ends

    def _build_step(self, step: Step, starts: list[End]) -> list[End]:
        match step.kind:
            case "if":
                return self._condition(step, starts)
            case "each":
                return self._loop(step, starts)
            case "approval":
                return self._approval(step, starts)
            case "wait":
                wait = {"params": {"seconds": step.tokens[0].value}}
                title = f"Wait {_duration(step.tokens[0].value)}"
                return self._connected("wait", "wait", title, wait, starts)
            case _:
                return self._action(step, starts)

    def _action(self, step: Step, starts: list[End]) -> list[End]:
        foreign = foreign_service(step.tokens, self.catalogue)
        task = None if foreign else best_task(step.tokens, self.catalogue, "action")
        if task is None:
            self._ask_for_service(step.tokens, foreign)
            return starts
        found = bound(task, step.tokens, Fields(self.sources), self.catalogue.currency)
        data = _task_data(task, found.params)
        if handling := self._handling(step):
            data["error_handling"] = handling
        ends = self._connected(task.name, "action", task.title, data, starts)
        node_id = ends[0][0]
        self.assumptions += found.assumptions
        self.questions += [
            Question(text, node_id, f"data.params.{name}") for name, text in found.missing.items()
        ]
        words = frozenset({*content(task.title.lower().split()), *_stems(node_id)})
        self.sources.append(Source(node_id, task.result, words))
        return ends

    def _ask_for_service(self, tokens: Sequence[Token], foreign: str | None) -> None:
        said = text_of(tokens)
        if foreign:
            text = f"There is no integration for {foreign}. What should “{said}” use instead?"
        else:
            text = f"Which of the services that there are should do “{said}”?"
        self.questions.append(Question(text))

    def _handling(self, step: Step) -> Data:
        found: Data = {}
        if step.retries:
            found |= {"retry_count": min(step.retries, 10), "retry_delay": 30}
        if step.goes_on:
            found["on_failure"] = "continue"
        if step.failure is not None:
            found |= {"on_failure": "fallback", "fallback_action": self._fallback(step.failure)}
        return found

    def _fallback(self, tokens: Sequence[Token]) -> str:
        """A step of its own where one is named, else the owner is told."""
        task = best_task(tokens, self.catalogue, "action")
        if task is None:
            return "notify_owner"
        found = bound(task, tokens, Fields(self.sources), self.catalogue.currency)
        return self._add_node(task.name, "action", task.title, _task_data(task, found.params))

    def _condition(self, step: Step, starts: list[End]) -> list[End]:
        said = condition_of(step.tokens, Fields(self.sources))
        if not said.cel:
            self.questions.append(
                Question(f"Which field should be compared in “{text_of(step.tokens)}”?")
            )
            return self.build(step.inner, starts)
        self.assumptions += [said.assumption] if said.assumption else []
        cel = f"!({said.cel})" if step.is_unless else said.cel
        title = text_of(step.tokens)
        data = {"params": {"condition": cel}}
        [(node_id, _)] = self._connected("check", "condition", title, data, starts)
        inner = self._within(step.inner, (node_id, "true"))
        other = self._within(step.other, (node_id, "false"))
        return [*inner, *other]

    def _within(self, steps: Sequence[Step], end: End) -> list[End]:
        """Steps of a branch: what they give is not there behind it."""
        known = list(self.sources)
        found = self.build(steps, [end])
        self.sources = known
        return found

    def _loop(self, step: Step, starts: list[End]) -> list[End]:
        starts = self._read_first(step.tokens, starts)
        items = self._items(step.tokens)
        params = {"items": items.template} if items else {}
        title = f"For each {text_of(step.tokens)}"
        [(node_id, _)] = self._connected("each_item", "loop", title, {"params": params}, starts)
        if not items:
            question = f"Which list should be gone through for “{text_of(step.tokens)}”?"
            self.questions.append(Question(question, node_id, "data.params.items"))
        known = list(self.sources)
        self.sources += [Source("item", {}), Source("index", {"type": "integer"})]
        self.build(step.inner, [(node_id, "each")])
        self.sources = [*known, Source(node_id, _RESULTS)]
        return [(node_id, "done")]

    def _read_first(self, tokens: Sequence[Token], starts: list[End]) -> list[End]:
        """A loop over the rows of something that nobody said to read."""
        if Fields(self.sources).lists() or not set(words_of(tokens)) & {"in", "of", "from"}:
            return starts
        reading = (Token("word", "read", "read", "read"), *tokens)
        if best_task(reading, self.catalogue, "action") is None:
            return starts
        return self._action(Step("action", reading), starts)

    def _items(self, tokens: Sequence[Token]) -> Field | None:
        lists = Fields(self.sources).lists()
        wanted = set(content(words_of(tokens)))
        fitting = [one for one in lists if wanted & {stem(part) for part in one.name.split("_")}]
        return next(iter([*fitting, *lists]), None)

    def _approval(self, step: Step, starts: list[End]) -> list[End]:
        params: Data = {"title": "Approval needed", "message": _approval_message(self.sources)}
        approvers = self._approvers(step.tokens)
        if approvers:
            params["approvers"] = approvers
        data = {"params": params}
        [(node_id, _)] = self._connected("approval", "approval", "Ask for approval", data, starts)
        if not approvers:
            question = Question("Who should approve?", node_id, "data.params.approvers")
            self.questions.append(question)
        self._within(step.other, (node_id, "rejected"))
        return self.build(step.inner, [(node_id, "approved")])

    def _approvers(self, tokens: Sequence[Token]) -> list[str]:
        emails = [token.text for token in tokens if token.kind == "email"]
        known = [token.word for token in tokens if token.word in self.catalogue.checks.approvers]
        return emails or known

    def _connected(
        self, name: str, kind: str, title: str, data: Data, starts: list[End]
    ) -> list[End]:
        node_id = self._add_node(name, kind, title, data)
        for source, branch in starts:
            self.connect(source, node_id, branch)
        return [(node_id, None)]

    def connect(self, source: str, target: str, branch: str | None) -> None:
        """An edge, unless it is there."""
        edge: Data = {"id": f"{source}_to_{target}", "source": source, "target": target}
        if branch:
            edge |= {"id": f"{source}_{branch}_to_{target}", "branch": branch}
        if edge not in self.edges:
            self.edges.append(edge)

    def _add_node(self, name: str, kind: str, title: str, data: Data) -> str:
        taken = {node["id"] for node in self.nodes} | ROOTS | RESERVED
        node_id, number = name, 1
        while node_id in taken:
            number += 1
            node_id = f"{name}_{number}"
        self.nodes.append({"id": node_id, "type": kind, "title": title[:200], "data": data})
        return node_id


def trigger_source(task: DraftTask) -> Source:
    """What a trigger brings."""
    is_timed = "cron" in task.params.get("properties", {})
    title = "Scheduled update" if is_timed else task.title
    return Source("trigger_data", {**task.result, "title": title} if task.result else {})


def _task_data(task: DraftTask, params: Data) -> Data:
    return {"service": task.service, "task": task.name, "params": params}


def _stems(node_id: str) -> set[str]:
    return {stem(part) for part in node_id.split("_")}


def _duration(seconds: int) -> str:
    for size, unit in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size and seconds % size == 0:
            number = seconds // size
            return f"{number} {unit}" + ("s" if number > 1 else "")
    return f"{seconds} seconds"


def _approval_message(sources: Sequence[Source]) -> str:
    fields = Fields(sources)
    for name in ("amount_text", "text", "message", "body"):
        if found := fields.named(name):
            return f"Please decide. {shown(found, fields)}"
    return "Please decide whether the workflow goes on."
