"""`python -m server serve|worker|migrate|tidy|rotate-secrets|import-usage`: its processes."""

import argparse
import asyncio
import gc
import logging
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from domain.errors import GoldenpathError
from server.edge.request_ids import name_requests
from server.settings import Settings, load_settings, prepare_libraries
from server.standard_streams import open_missing


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code. What cannot start says why in a sentence."""
    open_missing()
    options = _parser().parse_args(arguments)
    given = {
        name: value
        for name in ("host", "port", "data_dir", "config", "worker_concurrency")
        if (value := getattr(options, name, None)) is not None
    }
    try:
        settings = load_settings(given)
        _log(settings.log_level)
        return _run(options, settings)
    except GoldenpathError as error:
        print(f"goldenpath: {error}", file=sys.stderr)  # noqa: T201
        return 1
    except KeyboardInterrupt:
        return 130


def _log(level: str) -> None:
    handler = logging.StreamHandler()
    handler.addFilter(name_requests)
    logging.basicConfig(
        level=level,
        format="%(asctime)s %(levelname)s %(name)s [%(request_id)s]: %(message)s",
        handlers=[handler],
    )


def _run(options: argparse.Namespace, settings: Settings) -> int:
    prepare_libraries(settings)
    # Importing makes hundreds of thousands of objects and no garbage.
    gc.disable()
    # Imported when wanted, and after the above.
    from server import commands

    match options.command:
        case "serve":
            command = commands.serve(settings, with_worker=not options.no_worker)
        case "worker":
            command = commands.work(settings)
        case "migrate":
            command = commands.migrate_database(settings)
        case "tidy":
            command = commands.tidy_up(settings)
        case "rotate-secrets":
            command = commands.rotate(settings)
        case _:
            file = commands.UsageFile(options.file, options.format, options.model, options.user)
            command = commands.import_usage(settings, file)
    return _in_loop(command, settings.log_level)


def _in_loop(command: Any, log_level: str) -> int:
    import uvloop

    from server.queue_noise import hush_queue

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        hush_queue(runner.get_loop(), log_level)
        return runner.run(command)


def _parser() -> argparse.ArgumentParser:
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--data-dir", type=Path, help="folder of the embedded Postgres")
    shared.add_argument("--config", type=Path, help="the langgraph.json to serve")
    parser = argparse.ArgumentParser(prog="python -m server", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    serve = commands.add_parser("serve", parents=[shared], help="API, pages and one worker")
    serve.add_argument("--host", help="address to listen on")
    serve.add_argument("--port", type=int, help="port to listen on; 0 takes a free one")
    serve.add_argument("--no-worker", action="store_true", help="execute no runs here")
    worker = commands.add_parser("worker", parents=[shared], help="execute runs")
    worker.add_argument(
        "--concurrency", type=int, dest="worker_concurrency", help="runs at the same time"
    )
    commands.add_parser("migrate", parents=[shared], help="bring the database up to date")
    commands.add_parser("tidy", parents=[shared], help="clear away what is no longer kept, now")
    commands.add_parser(
        "rotate-secrets",
        parents=[shared],
        help="encrypt the credentials of connections with new keys",
    )
    usage = commands.add_parser("import-usage", parents=[shared], help="import a usage export")
    usage.add_argument("file", type=Path, help="the export")
    usage.add_argument("--format", default="auto", help="its format; recognised by default")
    usage.add_argument("--model", help="the model of an export that names none")
    usage.add_argument("--user", help="e-mail address of whose it is, where people sign in")
    return parser


if __name__ == "__main__":
    sys.exit(main())
