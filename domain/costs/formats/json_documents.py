"""JSON in all the ways exports come: one object a line, one array, one long object, or several.

Whatever the way, what comes out is a stream of objects. A long object is told in parts: one object
for each element of each of its lists, `{"data": [element]}`, and then the rest of it without them.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, cast

import ijson  # pyright: ignore[reportMissingTypeStubs]
import jiter
from ijson.common import ObjectBuilder  # pyright: ignore[reportMissingTypeStubs]

from domain.costs.formats.fields import Row
from domain.costs.formats.limits import Limits
from domain.costs.formats.text_lines import TextLines, as_utf8
from domain.costs.records import RejectedRow


@dataclass(frozen=True, slots=True)
class Document:
    """One object and its place: the line, or the how-manieth element of the file."""

    line: int
    row: Row


def read_documents(
    head: bytes, chunks: Iterable[bytes], limits: Limits
) -> Iterator[Document | RejectedRow]:
    """All objects of a file; `head` is its beginning and `chunks` all of it, `head` included."""
    if is_json_lines(head):
        return _from_lines(TextLines(chunks, limits))
    return _from_stream(chunks, limits)


def first_objects(head: bytes) -> tuple[Row, ...]:
    """The first objects of a file that may be cut off anywhere."""
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    line = text.partition(b"\n")[0]
    for candidate in (line, text):
        try:
            value = jiter.from_json(candidate, partial_mode="on", float_mode="decimal")
        except ValueError:
            continue
        values = cast("list[Any]", value) if isinstance(value, list) else [value]
        objects = tuple(cast(Row, value) for value in values if isinstance(value, dict) and value)
        if objects:
            return objects
    return ()


def is_json_lines(head: bytes) -> bool:
    """Whether the first line is a whole object: then each line is read by itself."""
    line, end, _ = head.removeprefix(b"\xef\xbb\xbf").lstrip().partition(b"\n")
    if not end or not line.startswith(b"{"):
        return False
    try:
        jiter.from_json(line, cache_mode="none")
    except ValueError:
        return False
    return True


def _from_lines(lines: TextLines) -> Iterator[Document | RejectedRow]:
    for number, line in enumerate(lines, start=1):
        text = line.strip()
        if not text:
            reject = lines.reject_of(number)
            if reject is not None:
                yield reject
            continue
        try:
            value = jiter.from_json(text.encode(), float_mode="decimal", cache_mode="keys")
        except ValueError as error:
            yield _broken(number, str(error))
            continue
        yield from _documents(number, value)


def _documents(line: int, value: object) -> Iterator[Document | RejectedRow]:
    for element in cast("list[Any]", value) if isinstance(value, list) else [value]:
        if isinstance(element, dict):
            yield Document(line, cast(Row, element))
        else:
            yield _no_object(line)


def _from_stream(chunks: Iterable[bytes], limits: Limits) -> Iterator[Document | RejectedRow]:
    parse: Any = ijson.basic_parse  # pyright: ignore[reportUnknownMemberType]
    file = _File(chunks, limits.line_bytes)
    events: Iterator[tuple[str, Any]] = parse(file, multiple_values=True)
    count = 0
    try:
        for value in _values(events):
            count += 1
            file.row_ends()
            yield from _documents(count, value)
    except _OverlongRow:
        yield RejectedRow(
            line=count + 1,
            column=None,
            value=None,
            code="line_too_long",
            message=f"The row is longer than {limits.line_bytes} bytes; nothing is read behind it.",
            next_step="Export without prompt and response texts.",
        )
    except (ijson.JSONError, UnicodeDecodeError) as error:
        yield _broken(count + 1, str(error))


def _values(events: Iterator[tuple[str, Any]]) -> Iterator[object]:
    """Top-level values; elements of a top-level array, and a top-level object in parts."""
    in_array = False
    for event, value in events:
        if event == "start_array" and not in_array:
            in_array = True
        elif event == "end_array":
            in_array = False
        elif event == "start_map" and not in_array:
            yield from _parts(events)
        else:
            yield _whole(event, value, events)


def _parts(events: Iterator[tuple[str, Any]]) -> Iterator[object]:
    rest: dict[str, object] = {}
    key = ""
    for event, value in events:
        if event == "end_map":
            break
        if event == "map_key":
            key = cast(str, value)
        elif event == "start_array":
            for inner_event, inner_value in events:
                if inner_event == "end_array":
                    break
                yield {key: [_whole(inner_event, inner_value, events)]}
        else:
            rest[key] = _whole(event, value, events)
    if rest:
        yield rest


def _whole(event: str, value: object, events: Iterator[tuple[str, Any]]) -> object:
    """The value that starts with this event."""
    builder: Any = ObjectBuilder()
    depth = 0
    while True:
        builder.event(event, value)
        depth += event in ("start_map", "start_array")
        depth -= event in ("end_map", "end_array")
        if depth == 0:
            return builder.value
        event, value = next(events)


def _broken(line: int, reason: str) -> RejectedRow:
    return RejectedRow(
        line=line,
        column=None,
        value=None,
        code="broken_json",
        message=f"This is not valid JSON: {reason[:200]}",
        next_step="Export the file again; it may have been cut off.",
    )


def _no_object(line: int) -> RejectedRow:
    return RejectedRow(
        line=line,
        column=None,
        value=None,
        code="no_object",
        message="This element is not an object.",
        next_step="Export rows as JSON objects.",
    )


class _OverlongRow(Exception):
    """One row is longer than the limit."""


class _File:
    """The chunks as the file object that the parser reads from."""

    def __init__(self, chunks: Iterable[bytes], row_bytes: int) -> None:
        # An empty chunk would mean the end.
        self._chunks = filter(None, as_utf8(iter(chunks)))
        self._row_bytes = row_bytes
        self._read = 0

    def row_ends(self) -> None:
        """What is read from now on belongs to another row."""
        self._read = 0

    def read(self, size: int = -1) -> bytes:
        if size == 0:
            return b""
        # The parser holds a row until it ends, so an endless one would fill the memory.
        if self._read > self._row_bytes:
            raise _OverlongRow
        chunk = next(self._chunks, b"")
        self._read += len(chunk)
        return chunk
