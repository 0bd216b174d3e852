"""Usage records as PostgreSQL's COPY text: priced, escaped, in batches.

Every imported row passes through here, so the code is plain and does little for each.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

from domain.costs.formats.reader import Item
from domain.costs.formats.source_keys import hashed
from domain.costs.prices import PriceBook, tokens_per_request
from domain.costs.records import Note, RejectedRow, UsageRecord
from storage.searches import without_nul

#: Rows a batch: a few megabytes of text, and long enough to hide the database's answer time.
BATCH_ROWS = 10_000
#: An index entry has to fit a third of a page.
_KEY_CHARACTERS = 300
#: Names longer than this are another column's text.
_TEXT_CHARACTERS = 500

_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\x00": None})


@dataclass(slots=True)
class Batch:
    """Rows on their way: records as COPY text, and what is no record as it is."""

    row_count: int
    copy_text: bytes
    rejects: list[RejectedRow]
    notes: list[Note]


@dataclass(slots=True)
class CopyWriter:
    """Turns what a reader yields into batches, and remembers what it saw on the way."""

    prices: PriceBook
    first_at: datetime | None = None
    last_at: datetime | None = None
    #: Rows whose model has no known price, by model.
    unpriced: Counter[str] = field(default_factory=Counter[str])
    #: Rows of the batch API priced at standard rates, by model.
    batch_unknown: Counter[str] = field(default_factory=Counter[str])

    def batches(self, items: Iterator[Item]) -> Iterator[Batch]:
        """Batches of up to `BATCH_ROWS` rows, in order."""
        lines: list[str] = []
        rejects: list[RejectedRow] = []
        notes: list[Note] = []
        for item in items:
            if type(item) is UsageRecord:
                lines.append(self._line(item))
            elif isinstance(item, RejectedRow):
                rejects.append(item)
            elif isinstance(item, Note):
                notes.append(item)
            if len(lines) + len(rejects) >= BATCH_ROWS:
                yield _batch(lines, rejects, notes)
                lines, rejects, notes = [], [], []
        yield _batch(lines, rejects, notes)

    def notes(self) -> Iterator[Note]:
        """What there is to say about the prices."""
        if self.unpriced:
            text = f"No price is known for {_named(self.unpriced)}: their cost is unknown, not 0."
            yield Note("unpriced", text)
        if self.batch_unknown:
            text = (
                f"No batch price is on record for {_named(self.batch_unknown)} at their dates: "
                "they were priced at standard rates."
            )
            yield Note("batch_at_standard_price", text)

    def _line(self, record: UsageRecord) -> str:
        at = record.occurred_at
        if self.first_at is None or at < self.first_at:
            self.first_at = at
        if self.last_at is None or at > self.last_at:
            self.last_at = at
        cost, cost_source = record.cost_usd, record.cost_source
        if cost is None:
            cost = self.prices.cost_of_record(record)
            if cost is None:
                self.unpriced[record.model] += 1
            else:
                cost_source = "priced"
                if record.batch and not self._has_batch_price(record):
                    self.batch_unknown[record.model] += 1
        key = record.source_key
        if len(key) > _KEY_CHARACTERS:
            key = hashed(key)
        names = _names(
            (record.provider, record.model, record.workload, record.team, record.end_user),
            (record.status, record.finish_reason, record.batch, cost_source),
        )
        marks = _marks(
            (record.request_key, record.prefix_id, record.retry_of),
            (record.temperature, record.prefix_tokens, record.served_from_cache),
        )
        return (
            f"{_text(key)}\t{at}\t{record.requests}\t{record.input_tokens}"
            f"\t{record.cache_read_tokens}\t{record.cache_write_5m_tokens}"
            f"\t{record.cache_write_1h_tokens}\t{record.output_tokens}"
            f"\t{_value(cost)}\t{_value(record.duration_ms)}\t{_value(record.first_token_ms)}"
            f"\t{names}\t{marks}\n"
        )

    def _has_batch_price(self, record: UsageRecord) -> bool:
        size = tokens_per_request(record)
        rates = self.prices.rates_for(record.model, record.provider, record.occurred_at, size)
        return rates is not None and rates.batch is not None


def reject_row(reject: RejectedRow) -> dict[str, int | str | None]:
    """A reject's columns."""
    return {
        "line": reject.line,
        "column_name": without_nul(reject.column),
        "value": without_nul(reject.value),
        "code": reject.code,
        "message": reject.message.replace("\x00", ""),
        "next_step": reject.next_step,
    }


def _batch(lines: list[str], rejects: list[RejectedRow], notes: list[Note]) -> Batch:
    return Batch(len(lines), "".join(lines).encode(), rejects, notes)


def _named(counts: Counter[str]) -> str:
    shown = [f"{model} ({count} rows)" for model, count in counts.most_common(5)]
    more = len(counts) - len(shown)
    return ", ".join(shown) + (f" and {more} more models" if more else "")


def _text(text: str) -> str:
    if text.isprintable() and "\\" not in text:
        return text
    return text.translate(_ESCAPES)


# Most rows share these with others, so the text is made once.
@lru_cache(maxsize=4096)
def _names(names: tuple[str | None, ...], rest: tuple[object, ...]) -> str:
    return "\t".join([*map(_name, names), *map(_value, rest)])


@lru_cache(maxsize=4096)
def _marks(names: tuple[str | None, ...], rest: tuple[object, ...]) -> str:
    return "\t".join([*map(_name, names), *map(_value, rest)])


def _name(text: str | None) -> str:
    return "\\N" if text is None else _text(text[:_TEXT_CHARACTERS])


def _value(value: object) -> str:
    return "\\N" if value is None else str(value)
