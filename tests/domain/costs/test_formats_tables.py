"""FOCUS bills, the Azure trace, and any table with the right columns."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from domain.costs.formats.limits import Limits, ReadOptions
from domain.costs.formats.registry import COST_ONLY_SOURCES
from domain.costs.records import UsageRecord
from domain.errors import InvalidInput
from tests.domain.costs.reading import read_bytes, read_fixture

GPT = ReadOptions(model="gpt-4o")
HEADER = b"time,model,input_tokens,output_tokens\n"


def test_focus_rows_about_ai_are_costs() -> None:
    reading = read_fixture("focus.csv")
    assert reading.format in COST_ONLY_SOURCES
    (record,) = reading.records
    assert record == UsageRecord(
        source_key=record.source_key,
        occurred_at=datetime(2025, 6, 1, tzinfo=UTC),
        model="gpt-4o Input",
        provider="Azure",
        requests=0,
        team="Research",
        cost_usd=Decimal("12.345678"),
        cost_source="reported",
    )
    assert [(reject.line, reject.code) for reject in reading.rejects] == [(4, "other_currency")]


def test_the_trace_takes_its_model_from_the_import() -> None:
    reading = read_fixture("azure_trace.csv", ReadOptions(model="gpt-4o", workload="code"))
    assert reading.format == "azure_trace"
    first = reading.records[0]
    assert first == UsageRecord(
        source_key=first.source_key,
        occurred_at=datetime(2023, 11, 16, 18, 17, 3, 979960, tzinfo=UTC),
        model="gpt-4o",
        input_tokens=4808,
        output_tokens=10,
        workload="code",
    )


def test_equal_rows_are_different_calls_with_keys_that_stay_the_same() -> None:
    keys = [record.source_key for record in read_fixture("azure_trace.csv", GPT).records]
    assert len(set(keys)) == 3
    assert keys == [record.source_key for record in read_fixture("azure_trace.csv", GPT).records]


def test_without_a_model_anywhere_the_import_asks_for_one() -> None:
    with pytest.raises(InvalidInput, match="Name the model"):
        read_fixture("azure_trace.csv")
    with pytest.raises(InvalidInput, match="Name the model"):
        read_bytes(b"time,input_tokens,output_tokens\n2025-01-01,1,2\n")


def test_columns_are_found_by_alias_and_close_spelling() -> None:
    reading = read_bytes(
        b"Created At;LLM Model;Promt Tokens;Completion_Tokens;Total Cost;Feature;Team;Latency ms\n"
        b"2025-03-04 10:00:00;gpt-4o;1.200;50;0,0125;search;Web;840\n"
        b"2025-03-04 11:00:00;gpt-4o;2.345;60;0,02;search;Web;n/a\n"
    )
    assert reading.format == "token_table"
    first, second = reading.records
    assert (first.input_tokens, first.output_tokens) == (1200, 50)
    assert (first.cost_usd, first.cost_source) == (Decimal("0.0125"), "reported")
    assert (first.workload, first.team, first.duration_ms) == ("search", "Web", 840)
    assert second.duration_ms is None


def test_the_fast_and_the_careful_way_agree() -> None:
    plain = read_bytes(HEADER + b"2025-03-04 10:00:00,gpt-4o,1200,50\n").records[0]
    careful = read_bytes(HEADER + b" 2025-03-04 10:00:00,gpt-4o,1200,50\n").records[0]
    assert (plain.occurred_at, plain.model, plain.input_tokens, plain.output_tokens) == (
        careful.occurred_at,
        careful.model,
        careful.input_tokens,
        careful.output_tokens,
    )


def test_cached_tokens_are_added_where_the_table_leaves_them_out() -> None:
    table = b"time,model,input_tokens,cached_tokens,output_tokens\n2025-01-01,m,%d,900,5\n"
    includes, leaves_out = read_bytes(table % 1000), read_bytes(table % 100)
    assert includes.records[0].input_tokens == 1000
    assert leaves_out.records[0].input_tokens == 1000
    assert "leave out" in leaves_out.notes[0].text


def test_blank_rows_totals_and_error_texts_are_rejects_and_not_zero() -> None:
    reading = read_bytes(
        HEADER
        + b"2025-01-01,gpt-4o,#REF!,2\n"
        + b"\n"
        + b"2025-01-02,gpt-4o,5,6\n"
        + b"Total,,5,8\n"
    )
    assert [record.input_tokens for record in reading.records] == [5]
    assert [(reject.line, reject.code) for reject in reading.rejects] == [
        (2, "missing"),
        (3, "blank"),
        (5, "total"),
    ]


def test_an_ambiguous_date_is_rejected_until_another_row_decides() -> None:
    ambiguous = read_bytes(HEADER + b"05/06/2025,gpt-4o,1,2\n")
    assert ambiguous.rejects[0].code == "ambiguous_date"
    decided = read_bytes(HEADER + b"05/06/2025,gpt-4o,1,2\n25/06/2025,gpt-4o,1,2\n")
    assert decided.records[0].occurred_at == datetime(2025, 6, 5, tzinfo=UTC)


def test_an_ambiguous_count_is_rejected_until_another_row_decides() -> None:
    ambiguous = read_bytes(HEADER + b'2025-01-01,gpt-4o,"1,000",2\n')
    assert ambiguous.rejects[0].code == "ambiguous_number"
    decided = read_bytes(HEADER + b'2025-01-01,gpt-4o,"1,000",2\n2025-01-02,gpt-4o,"1,234",2\n')
    assert [record.input_tokens for record in decided.records] == [1000, 1234]


def test_a_header_below_a_title_is_found_and_lines_are_counted_from_the_file() -> None:
    reading = read_bytes(b"Usage report,May 2025\n\n" + HEADER + b"2025-01-01,gpt-4o,x,2\n")
    assert reading.rejects[0].line == 4


def test_windows_1252_is_read_with_a_note_and_other_bytes_are_rejected_with_the_offset() -> None:
    header = b"time,model,input_tokens,output_tokens,team\n"
    reading = read_bytes(
        header + b"2025-01-01,gpt-4o,1,2,B\xfccher\n" + b"2025-01-02,gpt-4o,1,2,\x81\n"
    )
    assert [record.team for record in reading.records] == ["Bücher"]
    assert [note.code for note in reading.notes] == ["windows_1252"]
    (reject,) = reading.rejects
    offset = len(header) + len(b"2025-01-01,gpt-4o,1,2,B\xfccher\n") + 22
    assert (reject.line, reject.code) == (3, "undecodable")
    assert f"offset {offset}" in reject.message


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_byte_order_marks_are_honoured(encoding: str) -> None:
    text = HEADER.decode() + "2025-01-01,gpt-4o,1,2\n"
    assert read_bytes(text.encode(encoding)).records[0].input_tokens == 1


def test_an_endless_line_is_rejected_and_reading_goes_on() -> None:
    options = ReadOptions(limits=Limits(line_bytes=100))
    reading = read_bytes(
        HEADER + b"x" * 1000 + b"\n" + b"2025-01-01,gpt-4o,1,2\n", options, chunk_bytes=60
    )
    assert [reject.code for reject in reading.rejects] == ["line_too_long"]
    assert len(reading.records) == 1


def test_reading_stops_at_the_row_limit_and_says_so() -> None:
    rows = b"".join(b"2025-01-01,gpt-4o,1,%d\n" % number for number in range(5))
    reading = read_bytes(HEADER + rows, ReadOptions(limits=Limits(rows=3)))
    assert len(reading.records) == 3
    assert [note.code for note in reading.notes] == ["cut_off"]


def test_exactly_as_many_rows_as_the_limit_are_no_reason_for_a_note() -> None:
    rows = b"".join(b"2025-01-01,gpt-4o,1,%d\n" % number for number in range(3))
    assert read_bytes(HEADER + rows, ReadOptions(limits=Limits(rows=3))).notes == []


def test_shown_values_are_short() -> None:
    reading = read_bytes(HEADER + b"2025-01-01,gpt-4o," + b"z" * 500 + b",2\n")
    assert reading.rejects[0].value == "z" * 80
