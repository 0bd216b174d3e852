"""Templates: parameters with paths in double braces, `{{a.b.0 ?? "default"}}`.

A path walks dictionaries and lists of a run's state and nothing else: no attributes, calls or
filters. What is inserted is never resolved again.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from domain.errors import InvalidInput

MOST_SEGMENTS: Final = 20
#: Of everything that the templates of one node insert.
MOST_INSERTED_BYTES: Final = 256 * 1024

_PATH: Final = re.compile(
    r"""\{\{\s*([A-Za-z_]\w*)((?:\.[\w-]+|\[(?:"(?:[^"\\]|\\.)*"|\d+)\])*)\s*""", re.ASCII
)
_SEGMENT: Final = re.compile(r"""\.([\w-]+)|\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]""", re.ASCII)
_DEFAULT: Final = re.compile(r"\?\?\s*")
_END: Final = re.compile(r"\s*\}\}")
_PLACE: Final = re.compile(r"[0-9]{1,9}")
#: Whole numbers beyond are not exact in a float, so they keep their exponent.
_MOST_EXACT: Final = 2**53


class TemplateInvalid(InvalidInput):
    """Text with braces that hold no path."""

    def __init__(self, reason: str, position: int) -> None:
        super().__init__(
            f"{reason} at character {position + 1}. Write a path in double braces, as in "
            '`{{trigger_data.amount}}` or `{{trigger_data.name ?? "nobody"}}`.'
        )
        self.position = position


class TemplateUnresolved(InvalidInput):
    """A run whose state has nothing where a path leads."""

    def __init__(self, node_id: str, field: str, path: str) -> None:
        super().__init__(
            f"The field {field} of {node_id} needs {path}, and there is nothing. Correct the path, "
            f'or give it a default: `{{{{{path} ?? "…"}}}}`.'
        )
        self.node_id = node_id
        self.field = field
        self.path = path


class TooMuchInserted(InvalidInput):
    """Values too large to be handed from node to node."""

    def __init__(self, node_id: str, field: str) -> None:
        super().__init__(
            f"The field {field} of {node_id} inserts more than {MOST_INSERTED_BYTES // 1024} KB. "
            "Insert a part of it, or hand it on as a file."
        )


@dataclass(frozen=True, slots=True)
class Reference:
    """One path of a template."""

    root: str
    segments: tuple[str, ...]
    position: int
    has_default: bool = False
    default: Any = None

    @property
    def path(self) -> str:
        """The path as it would be written."""
        return self.root + "".join(map(_written, self.segments))


Part = str | Reference


def parse_template(text: str) -> tuple[Part, ...]:
    """The template's texts and references in order; raises `TemplateInvalid`."""
    parts: list[Part] = []
    end = 0
    while (start := text.find("{{", end)) >= 0:
        if start > end:
            parts.append(text[end:start])
        reference, end = _reference(text, start)
        parts.append(reference)
    if end < len(text) or not parts:
        parts.append(text[end:])
    return tuple(parts)


def _reference(text: str, start: int) -> tuple[Reference, int]:
    found = _PATH.match(text, start)
    if not found:
        raise TemplateInvalid("There is no path in the braces", start)
    root, rest = found.groups()
    segments = tuple(_segments(rest, start))
    if len(segments) > MOST_SEGMENTS:
        raise TemplateInvalid(f"The path has more than {MOST_SEGMENTS} parts", start)
    end = found.end()
    default: Any = None
    marked = _DEFAULT.match(text, end)
    if marked:
        try:
            default, end = _DECODER.raw_decode(text, marked.end())
        except (ValueError, RecursionError):
            raise TemplateInvalid("The default is not JSON", marked.end()) from None
    closed = _END.match(text, end)
    if not closed:
        raise TemplateInvalid("The path is not closed or does not end", end)
    return Reference(root, segments, start, marked is not None, default), closed.end()


def _segments(rest: str, start: int) -> Iterator[str]:
    for name, place, quoted in _SEGMENT.findall(rest):
        try:
            yield json.loads(quoted) if quoted else name or place
        except ValueError:
            raise TemplateInvalid("A name in brackets is not a JSON string", start) from None


def _no_constant(_name: str) -> Any:
    raise ValueError


_DECODER: Final = json.JSONDecoder(parse_constant=_no_constant)


def _written(segment: str) -> str:
    return f".{segment}" if re.fullmatch(r"[\w-]+", segment, re.ASCII) else f"[{_json(segment)}]"


def texts(value: Any, field: str) -> Iterator[tuple[str, str]]:
    """Every text in a parameter, however deep, with its field."""
    match value:
        case str():
            yield field, value
        case dict():
            for name, inner in cast(dict[str, Any], value).items():
                yield from texts(inner, f"{field}.{name}")
        case list():
            for place, inner in enumerate(cast(list[Any], value)):
                yield from texts(inner, f"{field}.{place}")
        case _:
            pass


def resolve(node_id: str, params: Mapping[str, Any], state: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters with every template replaced by what the state has there.

    A parameter that is exactly one template keeps the value's type; raises `TemplateInvalid`,
    `TemplateUnresolved`, `TooMuchInserted`.
    """
    resolver = _Resolver(node_id, state)
    return {name: resolver.value(value, name) for name, value in params.items()}


class _Resolver:
    def __init__(self, node_id: str, state: Mapping[str, Any]) -> None:
        self._node_id = node_id
        self._state = state
        self._left = MOST_INSERTED_BYTES

    def value(self, value: Any, field: str) -> Any:
        match value:
            case str():
                return self._text(value, field)
            case dict():
                items = cast(dict[str, Any], value).items()
                return {name: self.value(inner, f"{field}.{name}") for name, inner in items}
            case list():
                inners = enumerate(cast(list[Any], value))
                return [self.value(inner, f"{field}.{place}") for place, inner in inners]
            case _:
                return value

    def _text(self, text: str, field: str) -> Any:
        parts = parse_template(text)
        if len(parts) == 1 and isinstance(parts[0], Reference):
            found = self._found(parts[0], field)
            self._spend(_json(found), field)
            return found
        return "".join(
            part if isinstance(part, str) else self._inserted(part, field) for part in parts
        )

    def _inserted(self, reference: Reference, field: str) -> str:
        text = _as_text(self._found(reference, field))
        self._spend(text, field)
        return text

    def _found(self, reference: Reference, field: str) -> Any:
        found = value_at(self._state, reference)
        if found is not None:
            return found
        if not reference.has_default:
            raise TemplateUnresolved(self._node_id, field, reference.path)
        return reference.default

    def _spend(self, text: str, field: str) -> None:
        self._left -= len(text.encode(errors="replace"))
        if self._left < 0:
            raise TooMuchInserted(self._node_id, field)


def value_at(state: Mapping[str, Any], reference: Reference) -> Any:
    """What lies at the path; None when nothing does."""
    value = state.get(reference.root)
    for segment in reference.segments:
        if isinstance(value, dict):
            value = cast(dict[str, Any], value).get(segment)
        elif isinstance(value, list) and _PLACE.fullmatch(segment):
            items = cast(list[Any], value)
            value = items[int(segment)] if int(segment) < len(items) else None
        else:
            return None
    return value


def _as_text(value: Any) -> str:
    match value:
        case str():
            return value
        case None:
            return ""
        case float() if value.is_integer() and abs(value) < _MOST_EXACT:
            return str(int(value))
        case _:
            return _json(value)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
