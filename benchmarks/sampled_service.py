"""The service with a sampling profiler in its main thread: `python -m benchmarks.sampled_service`.

Takes the arguments of `python -m server`. SIGUSR1 begins the count anew; SIGUSR2 writes it to the
file that BENCHMARK_SAMPLES names, as JSON of how often each part was found at work.
"""

import json
import os
import signal
import sys
from collections import Counter
from pathlib import Path
from types import FrameType

from server.__main__ import main

SAMPLES = "BENCHMARK_SAMPLES"
_EVERY_S = 0.001
_ROOT = str(Path(__file__).parents[1])
#: What packages are for, by the name of their folder.
_PARTS = {
    "langgraph": "langgraph",
    "langchain_core": "langchain_core",
    "langsmith": "langchain_core",
    "psycopg": "psycopg",
    "psycopg_pool": "psycopg",
    "procrastinate": "procrastinate",
    "uvicorn": "http",
    "starlette": "http",
    "fastapi": "http",
    "sse_starlette": "http",
    "pydantic": "pydantic",
    "ormsgpack": "langgraph",
}
_OWN = ("server", "storage", "graphs", "checkpoints", "domain", "nodes", "tools", "benchmarks")

_counts: Counter[str] = Counter()
_parts: dict[str, str | None] = {}


def _part(filename: str) -> str | None:
    """Whose file this is; None for the standard library, which works for whoever called it."""
    if filename.startswith(_ROOT) and "site-packages" not in filename:
        folder = filename[len(_ROOT) + 1 :].split("/")[0]
        return f"goldenpath {folder}" if folder in _OWN else None
    _, found, inside = filename.rpartition("site-packages/")
    if not found:
        return None
    package = inside.split("/")[0].removesuffix(".py")
    return _PARTS.get(package, package)


def _sample(_signal: int, frame: FrameType | None) -> None:
    while frame is not None:
        filename = frame.f_code.co_filename
        if filename not in _parts:
            _parts[filename] = _part(filename)
        if (part := _parts[filename]) is not None:
            _counts[part] += 1
            return
        frame = frame.f_back
    _counts["event loop"] += 1


def _forget(_signal: int, _frame: FrameType | None) -> None:
    _counts.clear()


def _write(_signal: int, _frame: FrameType | None) -> None:
    samples = Path(os.environ[SAMPLES])
    partial = samples.with_suffix(".partial")
    partial.write_text(json.dumps(_counts), "utf-8")
    partial.replace(samples)


if __name__ == "__main__":
    signal.signal(signal.SIGPROF, _sample)
    signal.signal(signal.SIGUSR1, _forget)
    signal.signal(signal.SIGUSR2, _write)
    signal.setitimer(signal.ITIMER_PROF, _EVERY_S, _EVERY_S)
    sys.exit(main())
