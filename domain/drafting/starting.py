"""What starts a workflow: an event of a service, or a schedule."""

from collections.abc import Sequence

from domain.drafting.building import Builder, Data, End
from domain.drafting.catalogue import DraftCatalogue, DraftTask
from domain.drafting.drafts import Question
from domain.drafting.matching import best_task, foreign_service
from domain.drafting.script import Script
from domain.drafting.tokens import Token, text_of


def start(builder: Builder, script: Script) -> list[End]:
    """The trigger of a script, and where its first step follows."""
    if script.schedule:
        return _scheduled(builder, script)
    if script.trigger is None:
        return []
    tokens = script.trigger
    foreign = foreign_service(tokens, builder.catalogue)
    task = best_task(tokens, builder.catalogue, "trigger")
    if task is None:
        _ask_for_trigger(builder, tokens, foreign)
        return []
    return [builder.add_trigger(task, {})]


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
    builder.questions.append(Question(text))
