"""Templates and conditions: whether what they name is there, and whether they can be read."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any, Final, cast

from domain.blueprints.blueprint import Node, cases_of
from domain.blueprints.catalogue import Catalogue, JsonSchema
from domain.blueprints.expressions import (
    ConditionFailed,
    ConditionInvalid,
    Mistake,
    compile_condition,
)
from domain.blueprints.flow import Flow
from domain.blueprints.names import cel_types, names_at
from domain.blueprints.problems import Place, Problem, problem
from domain.blueprints.schemas import field_schemas, may_be
from domain.blueprints.templates import Reference, TemplateInvalid, parse_template, texts

MOST_ITEMS: Final = 1_000


def reference_problems(flow: Flow, node: Node, catalogue: Catalogue) -> Iterator[Problem]:
    """What is wrong with the templates, the condition and the items of one node."""
    names = names_at(flow, node, catalogue)
    params = dict(node.data.params)
    if node.type == "condition":
        asked = _Names(flow, node, names)
        for field, condition in _conditions(node):
            yield from _condition_problems(asked, (field, condition), catalogue)
        params.pop("condition", None)
        params.pop("cases", None)
    for field, text in texts(params, "data.params"):
        yield from _text_problems(_Names(flow, node, names), field, text)
    if node.type == "loop" and "items" in params:
        yield from _items_problems(node, params["items"], names)


class _Names:
    """The names at one node, and what is said about one that is not among them."""

    def __init__(self, flow: Flow, node: Node, names: Mapping[str, JsonSchema]) -> None:
        self.names = names
        self.node_id = node.id
        self._flow = flow

    def unknown(self, name: str, field: str, where: str = "") -> Problem:
        place = Place(field, node_id=self.node_id)
        available = tuple(self.names)
        if name in self._flow.nodes:
            return problem(
                "var_order",
                place,
                f"The step {name} is not done before this one, or not for the same item{where}.",
                "Use an earlier step, or move this one behind it.",
                available,
            )
        return problem(
            "var_root",
            place,
            f"There is nothing of this name here{where}.",
            "Begin with the name of an earlier step or with trigger_data.",
            tuple(get_close_matches(name, available, n=3)) or available,
        )


def _text_problems(names: _Names, field: str, text: str) -> Iterator[Problem]:
    try:
        parts = parse_template(text)
    except TemplateInvalid as error:
        yield problem(
            "var_syntax",
            Place(field, node_id=names.node_id),
            f"The braces hold no path that can be read, at character {error.position + 1}.",
            "Write a path, as in {{trigger_data.amount}}; steps of their own calculate.",
        )
        return
    for part in parts:
        if not isinstance(part, Reference):
            continue
        if part.root not in names.names:
            yield names.unknown(part.root, field)
        elif field_schemas(names.names[part.root], part.segments) is None:
            yield problem(
                "var_field",
                Place(field, node_id=names.node_id),
                f"The output of {part.root} has no such field.",
                "Choose a field that it has.",
                _known_fields(part.root, names.names[part.root]),
            )


def _known_fields(root: str, schema: JsonSchema) -> tuple[str, ...]:
    properties = cast(Mapping[str, Any], schema.get("properties", {}))
    return tuple(f"{root}.{name}" for name in properties)


def _conditions(node: Node) -> Iterator[tuple[str, str]]:
    """The conditions of a node with their fields."""
    condition = node.data.params.get("condition")
    if isinstance(condition, str) and condition:
        yield "data.params.condition", condition
    for place, (_, case) in enumerate(cases_of(node)):
        yield f"data.params.cases.{place}.condition", case


def _condition_problems(
    names: _Names, asked: tuple[str, str], catalogue: Catalogue
) -> Iterator[Problem]:
    field, text = asked
    place = Place(field, node_id=names.node_id)
    try:
        condition = compile_condition(text, cel_types(names.names))
    except ConditionInvalid as error:
        for mistake in error.mistakes:
            yield _mistake_problem(names, mistake, field)
        return
    if catalogue.sample is None or not _is_of_trigger_alone(text, names.names):
        return
    try:
        condition.holds({"trigger_data": catalogue.sample})
    except ConditionFailed:
        yield problem(
            "sample_fails",
            place,
            "For what the trigger sent last, this condition is neither true nor false, and the run "
            "would fail.",
            "Correct the names of the fields; has(x.y) asks whether there is one, int(x) reads "
            "numbers that come as text.",
        )


def _is_of_trigger_alone(text: str, names: Mapping[str, JsonSchema]) -> bool:
    try:
        compile_condition(text, cel_types({"trigger_data": names.get("trigger_data", {})}))
    except ConditionInvalid:
        return False
    return "trigger_data" in text


def _mistake_problem(names: _Names, mistake: Mistake, field: str) -> Problem:
    where = f" (line {mistake.line}, column {mistake.column})" if mistake.line else ""
    place = Place(field, node_id=names.node_id)
    if mistake.fault == "unknown_name":
        return names.unknown(mistake.name, field, where)
    if mistake.fault == "condition_type":
        return problem(
            "condition_type",
            place,
            f"The condition is not true or false, or compares what cannot be compared{where}.",
            "Compare values of one type; int(x) reads numbers that come as text.",
        )
    return problem(
        "condition_syntax",
        place,
        f"The condition cannot be read{where}.",
        "Write it as in trigger_data.amount > 1000 && trigger_data.currency == 'INR'.",
    )


def _items_problems(node: Node, items: Any, names: Mapping[str, JsonSchema]) -> Iterator[Problem]:
    place = Place("data.params.items", node_id=node.id)
    next_step = f"Give a list of up to {MOST_ITEMS:,} items, or one template that leads to a list."
    if isinstance(items, list):
        if len(cast(list[Any], items)) > MOST_ITEMS:
            yield problem("items_type", place, "The list has too many items.", next_step)
        return
    if not _may_be_list(items, names):
        yield problem("items_type", place, "This is no list to go through.", next_step)


def _may_be_list(items: Any, names: Mapping[str, JsonSchema]) -> bool:
    if not isinstance(items, str):
        return False
    try:
        parts = parse_template(items)
    except TemplateInvalid:
        # Said already.
        return True
    if len(parts) != 1 or not isinstance(parts[0], Reference):
        return False
    found = field_schemas(names.get(parts[0].root, {}), parts[0].segments)
    return found is None or may_be(found, "array")
