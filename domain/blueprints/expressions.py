"""Conditions: CEL, compiled against the names that a node may use, answering yes or no.

The only file that knows the library, which is older than its first stable version.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, Literal

from cel_expr_python import cel

from domain.errors import InvalidInput

MOST_CHARACTERS: Final = 4_000

#: What a name holds, as far as CEL is told.
RootType = Literal["any", "object", "list", "integer"]
Fault = Literal["condition_syntax", "condition_type", "unknown_name"]

#: Words that CEL keeps for itself or gives another meaning, so that no node can be called so.
RESERVED: Final = frozenset(
    {
        *("as", "bool", "break", "bytes", "const", "continue", "double", "duration", "dyn"),
        *("else", "false", "for", "function", "if", "import", "in", "int", "let", "list", "loop"),
        *("map", "namespace", "null", "null_type", "package", "return", "string", "timestamp"),
        *("true", "type", "uint", "var", "void", "while"),
    }
)

_TYPES: Final = {
    "any": cel.Type.DYN,
    "object": cel.Type.Map(cel.Type.STRING, cel.Type.DYN),
    "list": cel.Type.List(cel.Type.DYN),
    "integer": cel.Type.INT,
}
_MISTAKE: Final = re.compile(r"ERROR: <input>:(\d+):(\d+): (.*)")
#: How the library calls kinds of values, and how people do.
_KINDS: Final = {
    "int": "a whole number",
    "int64": "a whole number",
    "double": "a number",
    "string": "a text",
    "bool": "true or false",
    "list": "a list",
    "map": "an object",
    "null_type": "nothing (null)",
    "null": "nothing (null)",
}
_OVERLOAD: Final = re.compile(r"No matching overloads? found : ([^\s(]+)(?:\((\w+)(?:, (\w+))?\))?")
_REASONS: Final = (
    (re.compile(r'Key not found in map : "([\w -]{1,100})"'), "There is no field {0} here."),
    (re.compile(r'No value with name "(\w+)" found'), "There is no sample of {0} yet."),
    (re.compile(r"cannot convert string to (?:int|double)"), "This text is no number."),
    (re.compile(r"Index error: index=(\d+) size=(\d+)"), "The list has {1} items, none at {0}."),
    (re.compile("divide by zero|division by zero"), "It divides by zero."),
)
_NAME: Final = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_LONE_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_UNDECLARED: Final = re.compile(r"undeclared reference to '(\w+)")
_SYNTAX: Final = ("Syntax error", "unsupported syntax", "reserved identifier")


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing that CEL does not accept; line and column count from 1, 0 where there is none."""

    fault: Fault
    line: int = 0
    column: int = 0
    #: The name nobody declared.
    name: str = ""


class ConditionInvalid(InvalidInput):
    """A condition that cannot be asked."""

    def __init__(self, mistakes: tuple[Mistake, ...]) -> None:
        first = mistakes[0]
        where = f" at line {first.line}, column {first.column}" if first.line else ""
        super().__init__(
            f"The condition is not valid{where}. Write a CEL expression that is true or false, as "
            "in `trigger_data.amount > 1000`."
        )
        self.mistakes = mistakes


class ConditionFailed(InvalidInput):
    """A condition without an answer for this run; `reason` says why, where that is known."""

    def __init__(self, reason: str = "") -> None:
        self.reason = reason
        super().__init__(
            "The condition gave neither true nor false: a field is missing, its type does not fit, "
            "or it takes too many steps. Use `has(x.y)` for optional fields and `int(x)` for "
            "numbers that come as text."
        )


class Condition:
    """A compiled condition; it may be asked any number of times."""

    __slots__ = ("_program",)

    def __init__(self, program: cel.Expression) -> None:
        self._program = program

    def holds(self, state: Mapping[str, Any]) -> bool:
        """Whether it is so; raises `ConditionFailed`, also when that takes the library too long."""
        try:
            answer = self._program.eval(data=dict(state))
        except (RuntimeError, ValueError):
            # The budget is spent, or a text that no encoding knows.
            raise ConditionFailed from None
        # A failure is a value too, of a type of its own, and would pass for true.
        if answer.type() != cel.Type.BOOL:
            raise ConditionFailed(_reason(answer))
        return answer.value() is True


def compile_condition(text: str, roots: Mapping[str, RootType]) -> Condition:
    """The condition, which may use these names alone; raises `ConditionInvalid` with all mistakes.

    A result that is only known when it runs is accepted here and checked then.
    """
    if len(text) > MOST_CHARACTERS or not text.strip() or _LONE_SURROGATE.search(text):
        raise ConditionInvalid((Mistake("condition_syntax"),))
    # An environment costs by its names, and a large workflow has hundreds of them.
    names = roots.keys() & set(_NAME.findall(text))
    try:
        program = _environment(tuple((name, roots[name]) for name in sorted(names))).compile(text)
    except RuntimeError as error:
        raise ConditionInvalid(_mistakes(text, str(error))) from None
    if program.return_type() not in (cel.Type.BOOL, cel.Type.DYN):
        raise ConditionInvalid((Mistake("condition_type"),))
    return Condition(program)


def _reason(answer: cel.Value) -> str:
    """What the library says of an answer that is none, as a sentence that repeats no value."""
    if answer.type() != cel.Type.ERROR:
        return f"It gives {_kind(str(answer.type()))}, not true or false."
    said = str(answer.value())
    if found := _OVERLOAD.search(said):
        operator, first, second = found.groups()
        kinds = " and ".join(_kind(name) for name in (first, second) if name)
        more = "; int(x) and string(x) convert" if second else ""
        return f"{operator.strip('_@')} does not take {kinds or 'what is here'}{more}."
    for pattern, sentence in _REASONS:
        if found := pattern.search(said):
            return sentence.format(*found.groups())
    return ""


def _kind(name: str) -> str:
    return _KINDS.get(name.lower().partition("<")[0], "something else")


@lru_cache(maxsize=256)
def _environment(roots: tuple[tuple[str, RootType], ...]) -> cel.Env:
    return cel.NewEnv(variables={name: _TYPES[kind] for name, kind in roots})


def _mistakes(condition: str, text: str) -> tuple[Mistake, ...]:
    """The library's own text, read: it repeats the expression, so none of it is passed on."""
    lines = condition.split("\n")
    found = tuple(
        _mistake(lines, int(line), int(column), reason)
        for line, column, reason in _MISTAKE.findall(text)
    )
    # Without a place: nested too deeply.
    return found or (Mistake("condition_syntax"),)


def _mistake(lines: list[str], line: int, column: int, reason: str) -> Mistake:
    if reason.startswith(_SYNTAX):
        return Mistake("condition_syntax", line, column)
    undeclared = _UNDECLARED.match(reason)
    if undeclared and lines[line - 1][column - 1 : column] == "(":
        # It is a function that does not exist.
        return Mistake("condition_syntax", line, column)
    if undeclared:
        return Mistake("unknown_name", line, column, undeclared[1])
    return Mistake("condition_type", line, column)
