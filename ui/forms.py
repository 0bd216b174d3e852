"""JSON Schema to form fields and back: what a person may answer, and the answer as JSON."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast

FieldKind = Literal["text", "number", "integer", "boolean", "choice", "json"]


class FormError(ValueError):
    """A value that does not fit its field; the text says which and why."""


@dataclass(frozen=True, slots=True)
class Field:
    """One input of a form."""

    name: str
    label: str
    kind: FieldKind
    required: bool = False
    help: str = ""
    choices: tuple[Any, ...] = ()
    default: Any = None
    minimum: float | None = None
    maximum: float | None = None


@dataclass(frozen=True, slots=True)
class Form:
    """One way to answer: its fields, and the values that go with it unseen."""

    title: str
    fields: tuple[Field, ...]
    constants: Mapping[str, Any]
    #: The answer is the single field's value itself, not an object.
    is_scalar: bool = False


def forms_of(schema: Any) -> tuple[Form, ...]:
    """The ways to answer that a schema allows; one free JSON form when it says nothing."""
    if not isinstance(schema, Mapping):
        return (_free_form(),)
    described = cast(Mapping[str, Any], schema)
    options: Any = described.get("oneOf") or described.get("anyOf")
    if isinstance(options, Sequence) and not isinstance(options, str):
        return tuple(_form(option) for option in cast(Sequence[Mapping[str, Any]], options))
    return (_form(described),)


def fields_of_values(values: Mapping[str, Any]) -> tuple[Field, ...]:
    """Inputs to change values with; each stays the kind of value it is."""
    return tuple(_field_of_value(name, value) for name, value in values.items())


def changes_of(values: Mapping[str, Any], given: Sequence[Any]) -> dict[str, Any]:
    """Those of the values that were given others, in the order of the fields; raises FormError."""
    fields = fields_of_values(values)
    entered = {field.name: _value(field, raw) for field, raw in zip(fields, given, strict=True)}
    return {name: value for name, value in entered.items() if value != values[name]}


def answer_of(form: Form, values: Sequence[Any]) -> Any:
    """The answer that a filled form stands for; raises FormError."""
    if form.is_scalar:
        return _value(form.fields[0], values[0])
    answer: dict[str, Any] = dict(form.constants)
    for field, raw in zip(form.fields, values, strict=True):
        value = _value(field, raw)
        if value is not None:
            answer[field.name] = value
    return answer


def _form(schema: Mapping[str, Any]) -> Form:
    properties: Any = schema.get("properties")
    title = str(schema.get("title") or "Answer")
    if not isinstance(properties, Mapping):
        if schema.get("type") in (None, "object"):
            return _free_form(title)
        return Form(title, (_field("value", schema, required=True),), {}, is_scalar=True)
    required = cast(Sequence[str], schema.get("required") or ())
    fields: list[Field] = []
    constants: dict[str, Any] = {}
    for name, described in cast(Mapping[str, Mapping[str, Any]], properties).items():
        if "const" in described:
            constants[name] = described["const"]
        else:
            fields.append(_field(name, described, required=name in required))
    return Form(title, tuple(fields), constants)


def _free_form(title: str = "Answer") -> Form:
    field = Field("value", "Answer as JSON", "json", required=True)
    return Form(title, (field,), {}, is_scalar=True)


def _field(name: str, schema: Mapping[str, Any], *, required: bool) -> Field:
    choices: Any = schema.get("enum") or ()
    kinds: Mapping[Any, FieldKind] = {
        "string": "text",
        "number": "number",
        "integer": "integer",
        "boolean": "boolean",
    }
    kind: FieldKind = "choice" if choices else kinds.get(schema.get("type", "string"), "json")
    return Field(
        name=name,
        label=str(schema.get("title") or name.replace("_", " ").capitalize()),
        kind=kind,
        required=required,
        help=str(schema.get("description") or ""),
        choices=tuple(choices),
        default=schema.get("default"),
        minimum=schema.get("minimum"),
        maximum=schema.get("maximum"),
    )


def _field_of_value(name: str, value: Any) -> Field:
    kind: FieldKind
    match value:
        case bool():
            kind = "boolean"
        case int():
            kind = "integer"
        case float():
            kind = "number"
        case str():
            kind = "text"
        case _:
            kind = "json"
    return Field(name, name, kind, required=kind in ("integer", "number"), default=value)


def _value(field: Field, raw: Any) -> Any:
    if raw is None or raw == "":
        if field.required:
            raise FormError(f"{field.label} is needed.")
        return None
    match field.kind:
        case "number" | "integer":
            return _number(field, raw)
        case "json":
            return _parsed(field, raw)
        case "choice":
            if raw not in field.choices:
                raise FormError(f"{field.label} must be one of {_listed(field.choices)}.")
            return raw
        case "boolean":
            return bool(raw)
        case "text":
            return str(raw)


def _number(field: Field, raw: Any) -> int | float:
    try:
        number = float(raw)
    except (TypeError, ValueError) as error:
        raise FormError(f"{field.label} must be a number, not “{raw}”.") from error
    if field.kind == "integer" and not number.is_integer():
        raise FormError(f"{field.label} must be a whole number.")
    if field.minimum is not None and number < field.minimum:
        raise FormError(f"{field.label} must be at least {field.minimum:g}.")
    if field.maximum is not None and number > field.maximum:
        raise FormError(f"{field.label} must be at most {field.maximum:g}.")
    return int(number) if field.kind == "integer" else number


def _parsed(field: Field, raw: Any) -> Any:
    if not isinstance(raw, str):
        return raw
    try:
        return json.loads(raw)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise FormError(f"{field.label} is not JSON ({where}). Put text in quotes.") from error


def _listed(choices: Sequence[Any]) -> str:
    return ", ".join(str(choice) for choice in choices)
