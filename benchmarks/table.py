"""The results as the Markdown of BENCHMARKS.md."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

Result = Mapping[str, Any]

_START = "<!-- results -->"
_END = "<!-- /results -->"


@dataclass(frozen=True, slots=True)
class Setup:
    """What the figures were measured on."""

    date: str
    command: str
    machine: str
    versions: str


def with_results(document: str, setup: Setup, results: Sequence[Result]) -> str:
    """The document with its results replaced; everything outside the marks stays."""
    before, start, rest = document.partition(_START)
    _, end, after = rest.partition(_END)
    if not start or not end:
        raise ValueError(f"BENCHMARKS.md has lost its marks {_START} and {_END}. Put them back.")
    return f"{before}{start}\n{render(setup, results)}\n{end}{after}"


def render(setup: Setup, results: Sequence[Result]) -> str:
    """Set-up, the runs as one table, everything else as name and figure."""
    runs = [result for result in results if result["benchmark"] == "run_throughput"]
    others = [result for result in results if result["benchmark"] != "run_throughput"]
    blocks = [
        f"Measured {setup.date} with `{setup.command}`: {setup.machine}; {setup.versions}.",
        _runs_table(runs),
        _figures_table(others),
    ]
    return "\n\n".join(block for block in blocks if block)


def _runs_table(runs: Sequence[Result]) -> str:
    if not runs:
        return ""
    head = (
        "| at once | graph alone, runs/s | raw, runs/s | goldenpath, runs/s | goldenpath ÷ raw "
        "| raw, first event p50 ms | goldenpath, first event p50 ms |\n| " + "--: | " * 7
    ).rstrip()
    columns = (
        "at_once",
        "alone_runs_per_s",
        "raw_runs_per_s",
        "ours_runs_per_s",
        "ours_to_raw",
        "raw_first_event_p50_ms",
        "ours_first_event_p50_ms",
    )
    rows = [f"| {' | '.join(_number(run[column]) for column in columns)} |" for run in runs]
    return "\n".join([head, *rows])


def _figures_table(results: Sequence[Result]) -> str:
    rows = [
        f"| {result['benchmark']} | {name} | {_number(value)} |"
        for result in results
        for name, value in _flat(result)
        if name != "benchmark"
    ]
    return (
        "\n".join(["| benchmark | figure | value |", "| --- | --- | --: |", *rows]) if rows else ""
    )


def _flat(result: Result, prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in result.items():
        if isinstance(value, dict):
            yield from _flat(cast(Result, value), f"{prefix}{name} ")
        else:
            yield f"{prefix}{name}", value


def _number(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int | float) else str(value)
