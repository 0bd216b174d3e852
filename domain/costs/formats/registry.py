"""Every format we read, and which of them a file is."""

from collections.abc import Mapping

from domain.costs.formats.anthropic_console import ANTHROPIC_CONSOLE, ANTHROPIC_CONSOLE_COSTS
from domain.costs.formats.anthropic_costs import ANTHROPIC_COSTS
from domain.costs.formats.anthropic_usage import ANTHROPIC_USAGE
from domain.costs.formats.azure_trace import AZURE_TRACE
from domain.costs.formats.focus import FOCUS
from domain.costs.formats.format import Format, Sample
from domain.costs.formats.json_documents import first_objects
from domain.costs.formats.langfuse import LANGFUSE
from domain.costs.formats.limits import Limits
from domain.costs.formats.litellm import LITELLM
from domain.costs.formats.openai_costs import OPENAI_COSTS
from domain.costs.formats.openai_usage import OPENAI_USAGE
from domain.costs.formats.otel_spans import OTEL_SPANS
from domain.costs.formats.tables import find_header
from domain.costs.formats.text_lines import TextLines
from domain.costs.formats.token_table import TOKEN_TABLE
from domain.errors import InvalidInput, UnreadableFile

#: How much of a file's beginning recognising wants to see.
HEAD_BYTES = 64 * 1024
AUTO = "auto"

#: In the order they are tried: the most particular first, any table of tokens last.
FORMATS: Mapping[str, Format] = {
    known.name: known
    for known in (
        AZURE_TRACE,
        LITELLM,
        OPENAI_USAGE,
        OPENAI_COSTS,
        ANTHROPIC_USAGE,
        ANTHROPIC_COSTS,
        ANTHROPIC_CONSOLE,
        ANTHROPIC_CONSOLE_COSTS,
        LANGFUSE,
        OTEL_SPANS,
        FOCUS,
        TOKEN_TABLE,
    )
}
#: Sources that say what was paid but not which calls were made.
COST_ONLY_SOURCES = frozenset(name for name, known in FORMATS.items() if known.kind == "cost")


def recognise(head: bytes, file_name: str, format_name: str = AUTO) -> Format:
    """The format of a file from its first bytes; a named format is checked.

    Raises `UnreadableFile` when the file is none we know, or not the one named.
    """
    if format_name != AUTO and format_name not in FORMATS:
        raise InvalidInput(
            f"There is no format {format_name}. Use auto or one of {', '.join(FORMATS)}."
        )
    sample = sample_of(head)
    if sample is None:
        raise UnreadableFile(
            file_name,
            "it is neither a table with column names nor JSON",
            f"Upload one of: {_titles()}.",
        )
    found = next((known for known in FORMATS.values() if known.recognises(sample)), None)
    if format_name == AUTO:
        if found is None:
            raise UnreadableFile(file_name, _unknown(sample), f"Upload one of: {_titles()}.")
        return found
    named = FORMATS[format_name]
    if not named.recognises(sample):
        looks_like = f"it looks like {found.title}" if found else _unknown(sample)
        raise UnreadableFile(
            file_name, f"it is not {named.title}; {looks_like}", "Choose the format auto."
        )
    return named


def sample_of(head: bytes) -> Sample | None:
    """What recognising looks at; None when the bytes are no text of a known shape."""
    lines = list(TextLines([head], Limits()))
    text = "".join(lines[:2]).lstrip()
    if text.startswith(("{", "[")):
        rows = first_objects("".join(lines).encode())
        return Sample("json", rows=rows) if rows else None
    header = find_header(lines[:20], Limits())
    if header is None or any("\x00" in name for name in header.columns):
        return None
    return Sample("table", columns=frozenset(name.lower() for name in header.columns if name))


def _unknown(sample: Sample) -> str:
    if sample.shape == "json":
        names = ", ".join(sorted(sample.rows[0])[:8])
        return f"its objects ({names}) are of no known usage export"
    names = ", ".join(sorted(sample.columns)[:8])
    return f"its columns ({names}) do not name a time, a model, input and output tokens"


def _titles() -> str:
    return "; ".join(known.title for known in FORMATS.values())
