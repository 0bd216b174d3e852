"""Conditions that people say, as CEL over the fields that there are."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from domain.drafting.fields import Field, Fields
from domain.drafting.tokens import Token, text_of, words_in, words_of

#: How it is said, and what it means.
_SAID: Final[dict[str, tuple[str, ...]]] = {
    ">": (
        *("is greater than", "is more than", "is larger than", "is higher than", "is over"),
        *("is above", "exceeds", "more than", "greater than", "over", "above", "larger than", ">"),
        *("of more than", "of over", "worth more than", "goes over", "goes above", "bigger than"),
    ),
    ">=": ("is at least", "of at least", "at least", ">=", "is no less than"),
    "<": (
        *("is less than", "is below", "is under", "is lower than", "less than", "fewer than"),
        *("below", "under", "of less than", "falls below", "drops below", "goes below", "<"),
    ),
    "<=": ("is at most", "at most", "no more than", "up to", "<="),
    "between": ("is between", "between"),
    "!=": (
        *("is not equal to", "does not equal", "is not", "isn't", "are not", "!=", "not equal to"),
        *("is different from", "differs from"),
    ),
    "contains": (
        *("contains", "contain", "containing", "includes", "mentions", "has the word", "that says"),
        *("contains the word", "with the word", "saying", "says"),
    ),
    "lacks": ("does not contain", "doesn't contain", "does not mention"),
    "startsWith": ("starts with", "begins with", "starting with"),
    "endsWith": ("ends with", "ending with"),
    "missing": (
        *("is missing", "is empty", "is blank", "is not set", "is not given", "does not exist"),
        *("is not there", "is not present"),
    ),
    "present": ("exists", "is present", "is set", "is given", "is filled in", "is not empty"),
    "==": ("equals", "is equal to", "equal to", "==", "=", "is exactly", "is", "are"),
    "with": ("with", "in"),
}
_BY_LENGTH: Final = sorted(
    ((phrase.split(), name) for name, phrases in _SAID.items() for phrase in phrases),
    key=lambda one: -len(one[0]),
)
_NUMERIC: Final = frozenset({">", ">=", "<", "<=", "between"})
#: What is compared where nobody says what.
_NUMBERS: Final = ("amount", "status")
_TEXTS: Final = ("text", "message", "status", "body")
_NO_SUBJECT: Final = words_in(
    "it they this that which who the a an is was of been has have got gets payment order "
    "message lead customer row item and"
)


@dataclass(frozen=True, slots=True)
class Said:
    """A condition; `missing` is what could not be understood, in the words that were used."""

    cel: str = ""
    missing: str = ""
    #: What was taken for granted.
    assumption: str = ""


@dataclass(frozen=True, slots=True)
class _Comparison:
    left: list[Token]
    name: str
    right: list[Token]


def condition_of(tokens: Sequence[Token], fields: Fields) -> Said:
    """The condition that these tokens say."""
    parts: list[str] = []
    assumptions: list[str] = []
    for joint, piece in _pieces(list(tokens)):
        said = _comparison_cel(piece, fields)
        if not said.cel:
            return Said(missing=text_of(tokens))
        parts += [joint, said.cel] if parts else [said.cel]
        assumptions += [said.assumption] if said.assumption else []
    cel = " ".join(parts)
    return Said(cel, assumption=" ".join(assumptions)) if cel else Said(missing=text_of(tokens))


def has_comparison(tokens: Sequence[Token]) -> bool:
    """Whether something is compared here."""
    return _compared(list(tokens)) is not None


def compared_part(tokens: Sequence[Token]) -> tuple[list[Token], list[Token]]:
    """A trigger's words apart from its condition, as in "a payment over 1,000 comes in"."""
    said = list(tokens)
    for place, token in enumerate(said):
        rest = said[place + 1 :]
        if token.word in ("and", "where", "that", "which", "whose") and _compared(rest):
            return said[:place], rest
    found = _compared(said)
    if found is None or found.name in ("==", "present", "missing"):
        return said, []
    if not found.right or (found.right[0].kind not in ("number", "quote") and found.name != "with"):
        return said, []
    value = found.right[:1]
    length = len(found.left)
    words = len(said) - length - len(found.right)
    if found.name == "with":
        return said[:length], [*said[length + 1 : length + 2], _IS, *said[length + 2 :]]
    end = length + words + len(value)
    return said[:length] + said[end:], said[length:end]


_IS: Final = Token("word", "is", "is", "is")


def _pieces(tokens: list[Token]) -> list[tuple[str, list[Token]]]:
    """The parts between "and" and "or" that compare something each."""
    found: list[tuple[str, list[Token]]] = []
    joint, start = "", 0
    for place, token in enumerate(tokens):
        if token.word not in ("and", "or", ",") or place <= start:
            continue
        if _compared(tokens[start:place]) and _compared(tokens[place + 1 :]):
            found.append((joint, tokens[start:place]))
            joint, start = "||" if token.word == "or" else "&&", place + 1
    return [*found, (joint, tokens[start:])]


def _compared(tokens: list[Token]) -> _Comparison | None:
    for phrase, name in _BY_LENGTH:
        if name == "with" and not _is_setting(tokens):
            continue
        for place in range(len(tokens) - len(phrase) + 1):
            if words_of(tokens[place : place + len(phrase)]) == phrase:
                right = tokens[place + len(phrase) :]
                if name == "between" and sum(one.kind == "number" for one in right) < 2:
                    continue
                if right or name in ("missing", "present"):
                    return _Comparison(tokens[:place], name, right)
    return None


def _is_setting(tokens: list[Token]) -> bool:
    """For "pays with method upi": a field's name and its value at the end."""
    places = [place for place, token in enumerate(tokens) if token.word == "with"]
    return bool(places) and len(tokens) - places[0] == 3


def _comparison_cel(tokens: list[Token], fields: Fields) -> Said:
    found = _compared(tokens)
    if found is None:
        return Said()
    if found.name == "with":
        found = _Comparison(found.right[:1], "==", found.right[1:])
    flag = _flag(found, fields)
    if flag:
        return Said(flag)
    subject, is_guess = _subject(found, fields)
    if subject is None:
        return Said()
    cel = _cel(subject, found)
    note = f"I took “{text_of(found.left)}” for the field {subject.cel}." if is_guess else ""
    return Said(cel, assumption=note)


def _flag(found: _Comparison, fields: Fields) -> str:
    """For "it is found", where there is a field that is true or false."""
    if found.name not in ("==", "!=") or len(found.right) != 1:
        return ""
    field = fields.spoken([found.right[0].word])
    if field is None or field.types != frozenset({"boolean"}):
        return ""
    return field.cel if found.name == "==" else f"!{field.cel}"


def _subject(found: _Comparison, fields: Fields) -> tuple[Field | None, bool]:
    """The field that is compared, and whether nobody declared it."""
    words = [token.word for token in found.left if token.kind == "word"]
    if field := fields.spoken(words):
        return field, False
    spoken = [word for word in words if word not in _NO_SUBJECT]
    if not spoken:
        return fields.named(*(_NUMBERS if found.name in _NUMERIC else _TEXTS)), False
    if field := fields.spoken(spoken):
        return field, False
    return fields.unheard(spoken), True


def _cel(subject: Field, found: _Comparison) -> str:
    match found.name:
        case "between":
            low, high = (token.value for token in found.right if token.kind == "number")
            return f"{_number(subject, '>=', low)} && {_number(subject, '<=', high)}"
        case "missing":
            return f"(!has({subject.cel}) || {subject.cel} == null || {subject.cel} == '')"
        case "present":
            return f"(has({subject.cel}) && {subject.cel} != null && {subject.cel} != '')"
        case "contains" | "startsWith" | "endsWith":
            return f"{subject.cel}.{found.name}({_text(found.right)})"
        case "lacks":
            return f"!{subject.cel}.contains({_text(found.right)})"
        case _:
            return _compare(subject, found.name, found.right)


def _compare(subject: Field, sign: str, right: list[Token]) -> str:
    number = next((token.value for token in right if token.kind == "number"), None)
    if number is not None and (sign not in ("==", "!=") or len(right) == 1):
        return _number(subject, sign, number)
    words = words_of(right)
    if words in (["true"], ["yes"], ["false"], ["no"]):
        return f"{subject.cel} {sign} {'true' if words[0] in ('true', 'yes') else 'false'}"
    return f"{subject.cel} {sign} {_text(right)}"


def _number(subject: Field, sign: str, number: float) -> str:
    """Forms and sheets bring numbers as text."""
    if subject.types & {"number", "integer"}:
        return f"{subject.cel} {sign} {number}"
    return f"double({subject.cel}) {sign} {float(number)}"


def _text(tokens: list[Token]) -> str:
    quoted = next((token.value for token in tokens if token.kind == "quote"), None)
    words = [token.text for token in tokens if token.word not in ("the", "a", "an", "word")]
    text = quoted if quoted is not None else " ".join(words)
    return "'" + str(text).replace("\\", "\\\\").replace("'", "\\'") + "'"
