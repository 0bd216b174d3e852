"""Fields as HTML inputs, and what a browser sends of them back as the fields' values."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from ui.forms import Field
from ui.markup import escaped

#: Before the names of inputs, so that no field is taken for what else a form says.
PREFIX: Final = "field:"
#: Longer text gets room for several lines.
_ONE_LINE: Final = 80


def fields_html(fields: Sequence[Field], place: str) -> str:
    """The inputs of a form; `place` is unlike that of any other form on the page."""
    return "".join(_field(field, f"{place}-{number}") for number, field in enumerate(fields))


def sent_values(fields: Sequence[Field], data: Mapping[str, str]) -> list[Any]:
    """What a browser sent, in the order of the fields; an unticked box is not sent at all."""
    sent = [data.get(PREFIX + field.name) for field in fields]
    return [
        value is not None if field.kind == "boolean" else _chosen(field, value)
        for field, value in zip(fields, sent, strict=True)
    ]


def _chosen(field: Field, value: str | None) -> Any:
    """Choices are kept as what they are, and sent as their text."""
    if field.kind != "choice" or not value:
        return value
    return next((choice for choice in field.choices if str(choice) == value), value)


def _field(field: Field, place: str) -> str:
    name = f'id="{place}" name="{escaped(PREFIX + field.name)}"'
    help_id = f"{place}-help"
    told = f'<small id="{help_id}">{escaped(field.help)}</small>' if field.help else ""
    name += f' aria-describedby="{help_id}"' if told else ""
    if field.kind == "boolean":
        ticked = " checked" if field.default else ""
        return (
            f'<label class="gp-tick" for="{place}"><input type="checkbox" value="true" {name}'
            f"{ticked}><span>{escaped(field.label)}</span></label>{told}"
        )
    mark = "" if field.required else ' <span class="gp-optional">optional</span>'
    needed = " required" if field.required else ""
    label = f'<label for="{place}"><span>{escaped(field.label)}{mark}</span>'
    return f"{label}{_input(field, name + needed)}</label>{told}"


def _input(field: Field, name: str) -> str:
    text = _shown(field)
    match field.kind:
        case "choice":
            options = "".join(
                f"<option{' selected' if choice == field.default else ''}>{escaped(choice)}"
                "</option>"
                for choice in field.choices
            )
            none = "" if field.required else "<option></option>"
            return f"<select {name}>{none}{options}</select>"
        case "number" | "integer":
            limits = "".join(
                f' {limit}="{value:g}"'
                for limit, value in (("min", field.minimum), ("max", field.maximum))
                if value is not None
            )
            step = "1" if field.kind == "integer" else "any"
            return f'<input type="number" step="{step}"{limits} {name} value="{escaped(text)}">'
        case "json":
            return f'<textarea rows="4" spellcheck="false" {name}>{escaped(text)}</textarea>'
        case _ if len(text) > _ONE_LINE or "\n" in text:
            return f'<textarea rows="4" {name}>{escaped(text)}</textarea>'
        case _:
            return f'<input type="text" {name} value="{escaped(text)}">'


def _shown(field: Field) -> str:
    if field.default is None:
        return ""
    if field.kind == "json":
        return json.dumps(field.default, ensure_ascii=False, indent=2)
    return str(field.default)
