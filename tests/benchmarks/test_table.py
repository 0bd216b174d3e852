"""The results table: what is outside its marks stays, every figure gets in."""

import pytest

from benchmarks.table import Setup, render, with_results

SETUP = Setup("2026-01-02", "make bench", "2 cores", "Python 3.11")
RUNS = {
    "benchmark": "run_throughput",
    "at_once": 10,
    "alone_runs_per_s": 700.1,
    "raw_runs_per_s": 100.0,
    "ours_runs_per_s": 1150.5,
    "ours_to_raw": 11.51,
    "raw_first_event_p50_ms": 20.0,
    "ours_first_event_p50_ms": 9.5,
}


def test_only_what_is_between_the_marks_changes() -> None:
    document = "# Head\n<!-- results -->\nformer figures\n<!-- /results -->\n\ntail\n"
    once = with_results(document, SETUP, [RUNS])
    assert once.startswith("# Head\n<!-- results -->\nMeasured 2026-01-02 with `make bench`")
    assert once.endswith("|\n<!-- /results -->\n\ntail\n")
    assert "former figures" not in once
    assert with_results(once, SETUP, [RUNS]) == once


def test_a_document_without_marks_is_refused() -> None:
    with pytest.raises(ValueError, match="lost its marks"):
        with_results("# Head\n", SETUP, [RUNS])


def test_runs_are_one_row_a_level() -> None:
    assert "| 10 | 700.1 | 100.0 | 1,150.5 | 11.51 | 20.0 | 9.5 |" in render(SETUP, [RUNS])


def test_other_results_are_listed_figure_by_figure() -> None:
    nested = {"benchmark": "cost_analysis", "rows": 1_400_000, "trace": {"whole_s": 2.5}}
    table = render(SETUP, [nested])
    assert "| cost_analysis | rows | 1,400,000 |" in table
    assert "| cost_analysis | trace whole_s | 2.5 |" in table
