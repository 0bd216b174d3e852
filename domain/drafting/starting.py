"""What starts a workflow: an event of a service, or a schedule."""

from collections.abc import Sequence
from typing import Final

from domain.drafting.building import Builder, Data, End
from domain.drafting.catalogue import DraftCatalogue, DraftTask
from domain.drafting.drafts import Question
from domain.drafting.matching import best_task, foreign_service
from domain.drafting.script import Script, Tokens
from domain.drafting.tokens import Token, text_of
from domain.drafting.words import is_request

#: How much of an event has to be said where nobody said that it is one.
_LEAST: Final = 0.4


def start(builder: Builder, script: Script) -> list[End]:
    """The trigger of a script, and where its first step follows."""
    if script.schedule:
        return _scheduled(builder, script)
    tokens = script.trigger or _event_without_a_cue(builder, script)
    if tokens is None:
        return []
    foreign = foreign_service(tokens, builder.catalogue)
    least = None if script.trigger else _LEAST
    task = None if foreign else best_task(tokens, builder.catalogue, "trigger", least)
    if task is None:
        _ask_for_trigger(builder, tokens, foreign)
        return []
    return [builder.add_trigger(task, {})]


def _event_without_a_cue(builder: Builder, script: Script) -> Tokens | None:
    """For "new lead from webhook, then …": an event that nobody said "when" before."""
    first = script.steps[0] if script.steps else None
    if first is None or first.kind != "action":
        return None
    if is_request(list(first.tokens), 0, is_strict=False):
        return None
    if best_task(first.tokens, builder.catalogue, "trigger", _LEAST) is None:
        return None
    script.steps.pop(0)
    return first.tokens


def _scheduled(builder: Builder, script: Script) -> list[End]:
    task = schedule_task(builder.catalogue)
    assert script.schedule
    if task is None:
        builder.questions.append(Question("There are no schedules here. What should start it?"))
        return []
    params: Data = {"cron": script.schedule.cron, "time_zone": builder.catalogue.time_zone}
    if "time_zone" not in task.params.get("properties", {}):
        del params["time_zone"]
    builder.assumptions.append(f"Times are in the time zone {builder.catalogue.time_zone}.")
    if script.schedule.is_guess:
        builder.assumptions.append("No time was named, so it runs at 9:00.")
    return [builder.add_trigger(task, params)]


def schedule_task(catalogue: DraftCatalogue) -> DraftTask | None:
    """The trigger that takes a cron line."""
    for task in catalogue.tasks():
        if task.kind == "trigger" and "cron" in task.params.get("properties", {}):
            return task
    return None


def _ask_for_trigger(builder: Builder, tokens: Sequence[Token], foreign: str | None) -> None:
    said = text_of(tokens)
    if foreign:
        text = f"There is no integration for {foreign}. What should start the workflow instead?"
    else:
        text = f"What starts the workflow? I know no event like “{said}”."
    builder.questions.append(Question(text, field="nodes"))
