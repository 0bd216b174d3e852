"""Finds figures that a model made up: numbers that stand in nothing it was given.

Code counts, the model words it. A model may round a figure or leave out its unit, and may number
its points; everything else must be in the conversation or in a tool's result.
"""

import re
from collections.abc import Iterable
from decimal import ROUND_HALF_EVEN, Decimal

#: Whole numbers up to this one are how people count and number things.
_COUNTING = 12
_SUFFIXES = {"": 1, "k": 1_000, "m": 1_000_000, "b": 1_000_000_000}
_WRAPPING = "()[]{}*_`,;:.!?\"'~≈<>=|\N{EN DASH}\N{EM DASH}"
_FIGURE = re.compile(
    r"[-+\u2212]?(?P<currency>[$€£]?)(?P<digits>\d[\d,]*(?:\.\d+)?)(?P<suffix>[kmb]?)(?P<percent>%?)",
    re.IGNORECASE,
)
#: A number of its own: not a piece of a name, a date or a time.
_NUMBER = re.compile(r"(?<![\w.:])(?<!\w-)\d[\d,]*(?:\.\d+)?(?![\w:]|-\d)")


def made_up_figures(text: str, sources: Iterable[str]) -> list[str]:
    """The figures of a text that no source holds, as they are written.

    A figure is held by a source when some number there rounds to it, as it stands or as a share
    that is said in per cent.
    """
    figures = [found for word in text.split() if (found := _figure(word))]
    if not figures:
        return []
    known = {number for source in sources for number in _numbers(source)}
    return [figure.string for figure in figures if not _is_held(figure, known)]


def _figure(word: str) -> re.Match[str] | None:
    """The word as one figure; names with digits (gpt-4o, 2024-05-01) are none."""
    return _FIGURE.fullmatch(word.strip(_WRAPPING))


def _numbers(source: str) -> Iterable[Decimal]:
    return (Decimal(found.replace(",", "")) for found in _NUMBER.findall(source))


def _is_held(figure: re.Match[str], known: set[Decimal]) -> bool:
    digits = figure["digits"].replace(",", "")
    value = Decimal(digits)
    is_plain = not (figure["currency"] or figure["percent"] or figure["suffix"])
    if is_plain and "." not in digits and value <= _COUNTING:
        return True
    scale = _SUFFIXES[figure["suffix"].lower()]
    step = _step(digits)
    return any(
        _rounds_to(number / scale, value, step) or _rounds_to(number * 100, value, step)
        for number in known
    )


def _step(digits: str) -> Decimal:
    """The place that the figure is rounded to: 1,200 is to hundreds, 3.50 to hundredths."""
    whole, point, decimals = digits.partition(".")
    if point:
        return Decimal(1).scaleb(-len(decimals))
    zeros = len(whole) - len(whole.rstrip("0"))
    return Decimal(1).scaleb(min(zeros, len(whole) - 1))


def _rounds_to(number: Decimal, value: Decimal, step: Decimal) -> bool:
    if abs(number - value) > step:
        return False
    return (number / step).quantize(Decimal(1), rounding=ROUND_HALF_EVEN) * step == value
