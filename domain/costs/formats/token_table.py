"""Any table with time, model, input and output tokens, its columns found by name.

The common case, little more than those four columns, has a fast path. It steps aside for any row
that is not plain, so that only one place decides what an unusual value means.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

from domain.costs.formats.column_names import find_columns
from domain.costs.formats.fields import Fields, status_of
from domain.costs.formats.format import Format, Sample
from domain.costs.formats.limits import ReadOptions
from domain.costs.formats.source_keys import RowKeys, hashed
from domain.costs.formats.tables import Table
from domain.costs.records import Note, UsageRecord
from domain.costs.written_dates import EARLIEST, LATEST

_NEEDED = ("time", "input", "output")
#: All that the fast path reads; any other known column needs the careful one.
_SIMPLE = frozenset({"time", "model", "input", "output", "workload"})


def _recognises(sample: Sample) -> bool:
    found = find_columns(sorted(sample.columns))
    return sample.shape == "table" and all(purpose in found for purpose in _NEEDED)


class TokenRows:
    """Reads the rows of one table whose columns are known."""

    def __init__(self, table: Table, options: ReadOptions) -> None:
        self._columns = find_columns(table.header.columns)
        self._options = options
        self._keys = RowKeys()
        self._digests: dict[tuple[str, str | None], str] = {}
        names = table.header.columns
        self._width = len(names)
        self._positions = [
            names.index(self._columns[purpose]) if purpose in self._columns else -1
            for purpose in ("time", "input", "output", "model", "workload")
        ]
        self._is_simple = self._columns.keys() <= _SIMPLE
        # Nothing but known cells: the key needs no hash of the others.
        self._is_bare = self._width == len(self._columns)
        self._excludes_cached = _excludes_cached(table, self._columns)

    @property
    def has_model(self) -> bool:
        """Whether the table says which model each call used."""
        return "model" in self._columns

    def notes(self) -> list[Note]:
        """What was taken for granted about the columns."""
        if "cache_read" not in self._columns:
            return []
        sense = "leave out" if self._excludes_cached else "include"
        text = f"Input tokens were taken to {sense} those read from the cache."
        return [Note("cached_input", text)]

    def read_fast(self, row: list[str]) -> UsageRecord | None:
        """The record of a plain row; None when the careful way has to decide."""
        if not self._is_simple or len(row) != self._width:
            return None
        time_at, input_at, output_at, model_at, workload_at = self._positions
        time, input_text, output_text = row[time_at], row[input_at], row[output_at]
        options = self._options
        model = row[model_at] if model_at >= 0 else options.model
        workload = row[workload_at] if workload_at >= 0 else options.workload
        if not (model and input_text.isdecimal() and output_text.isdecimal()):
            return None
        # More digits may be out of range; a date without dashes may be an epoch or a serial.
        if len(input_text) > 12 or len(output_text) > 12 or time[4:5] != "-":
            return None
        try:
            moment = datetime.fromisoformat(time)
        except ValueError:
            return None
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
        if not EARLIEST <= moment < LATEST:
            return None
        rest = f"{input_text}/{output_text}/{self._digest(row, model, workload)}"
        return UsageRecord(
            source_key=self._keys.key(time, rest),
            occurred_at=moment,
            model=model,
            input_tokens=int(input_text),
            output_tokens=int(output_text),
            workload=workload or None,
        )

    def read(self, fields: Fields) -> UsageRecord:
        """The record of any row; raises `UnusableRow`."""
        names = self._columns
        options = self._options
        moment = fields.needed_moment(names["time"])
        model = fields.needed_text(names["model"]) if self.has_model else options.model or ""
        input_tokens = fields.needed_count(names["input"])
        output_tokens = fields.needed_count(names["output"])
        cache_read = fields.optional_count(names.get("cache_read", "")) or 0
        cache_write = fields.optional_count(names.get("cache_write", "")) or 0
        if self._excludes_cached:
            input_tokens += cache_read + cache_write
        workload = fields.text(names.get("workload", "")) or options.workload
        cost = fields.optional_number(names.get("cost", ""))
        return UsageRecord(
            source_key=self._key(fields, model, workload),
            occurred_at=moment,
            model=model,
            provider=fields.text(names.get("provider", "")),
            requests=fields.optional_count(names.get("requests", "")) or 1,
            input_tokens=input_tokens,
            cache_read_tokens=cache_read,
            cache_write_5m_tokens=cache_write,
            output_tokens=output_tokens,
            batch=fields.flag(names.get("batch", "")),
            workload=workload,
            team=fields.text(names.get("team", "")),
            end_user=fields.text(names.get("end_user", "")),
            status=status_of(fields.text(names.get("status", ""))),
            duration_ms=fields.optional_count(names.get("duration_ms", "")),
            first_token_ms=fields.optional_count(names.get("first_token_ms", "")),
            cost_usd=cost,
            cost_source="unpriced" if cost is None else "reported",
        )

    def _key(self, fields: Fields, model: str, workload: str | None) -> str:
        if "id" in self._columns and (given := fields.text(self._columns["id"])):
            return given
        cells = [str(cell) for cell in fields.values.values()]
        time, used, made = (str(fields.values[self._columns[name]]) for name in _NEEDED)
        return self._keys.key(time, f"{used}/{made}/{self._digest(cells, model, workload)}")

    def _digest(self, cells: Sequence[str], model: str, workload: str | None) -> str:
        if not self._is_bare:
            return hashed(*cells, model, workload)
        name = (model, workload)
        if name not in self._digests:
            self._digests[name] = hashed(model, workload)
        return self._digests[name]


def _excludes_cached(table: Table, columns: dict[str, str]) -> bool:
    """Whether a row shows more cached than input tokens, so that input cannot include them."""
    if "cache_read" not in columns:
        return False
    for row in table.first_rows:
        fields = Fields(dict(zip(table.header.columns, row, strict=False)), table.numbers)
        total = fields.optional_count(columns["input"]) or 0
        cached = fields.optional_count(columns["cache_read"]) or 0
        if cached > total:
            return True
    return False


TOKEN_TABLE = Format(
    name="token_table",
    title="Table of calls with time, model, input and output tokens",
    kind="usage",
    recognises=_recognises,
    open_table=TokenRows,
)
