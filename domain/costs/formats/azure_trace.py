"""The Azure LLM inference traces: `TIMESTAMP, ContextTokens, GeneratedTokens`, no model, no ids."""

from domain.costs.formats.format import Format, Sample
from domain.costs.formats.token_table import TokenRows

_COLUMNS = frozenset({"timestamp", "contexttokens", "generatedtokens"})


def _recognises(sample: Sample) -> bool:
    return sample.columns == _COLUMNS


AZURE_TRACE = Format(
    name="azure_trace",
    title="Azure LLM inference trace (CSV)",
    kind="usage",
    recognises=_recognises,
    open_table=TokenRows,
    needs_model=True,
)
