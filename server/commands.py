"""The commands of the service, each until it is done or stopped."""

import asyncio
import contextlib
import gc
import logging
import signal
import socket
import sys
from collections.abc import Generator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType

from domain.errors import SecretKeyMissing, StartupError
from domain.identity import LOCAL_USER
from server.composition import open_database, open_services
from server.retention import kept, tidy
from server.secret_key import secret_box
from server.settings import Settings
from server.upload_forms import upload_limits
from storage.database import Database
from storage.embedded import sole_instance
from storage.secret_rotation import rotate_secrets
from storage.usage_imports import ImportRequest, UsageImporter

logger = logging.getLogger(__name__)

#: Addresses that only this machine reaches; others need authentication.
_LOOPBACK = ("127.0.0.1", "::1", "localhost")

#: So many new objects make the collector look; Python's own 700 suits small programs.
_COLLECT_AFTER = 20_000


async def serve(settings: Settings, *, with_worker: bool) -> int:
    """API and pages, and one worker unless told otherwise, until stopped."""
    if settings.host not in _LOOPBACK:
        raise StartupError(
            f"Without authentication goldenpath listens on loopback only, not on {settings.host}. "
            "Use --host 127.0.0.1, and a proxy that authenticates in front of it."
        )
    async with contextlib.AsyncExitStack() as stack:
        if settings.database_url is None:
            stack.enter_context(sole_instance(settings.data_dir))
        listening = stack.enter_context(_bound(settings))
        host, port = listening.getsockname()[:2]
        url = f"http://{f'[{host}]' if ':' in host else host}:{port}"
        services = await stack.enter_async_context(open_services(settings, with_worker=with_worker))
        loading = asyncio.get_running_loop().run_in_executor(None, _import_the_rest)
        application, web_server = await loading
        app = application.create_app(services, url)
        server = web_server.WebServer(app, services, lambda: _say(f"goldenpath ready on {url}"))
        _spare_the_collector()
        await server.serve(sockets=[listening])
    return 0


async def work(settings: Settings) -> int:
    """Execute runs until stopped."""
    async with open_services(settings, with_worker=True):
        _spare_the_collector()
        _say("goldenpath worker ready")
        await _stop_signal().wait()
    return 0


async def migrate_database(settings: Settings) -> int:
    """Bring the database to the newest schema."""
    _spare_the_collector()
    async with open_database(settings):
        _say("The database is up to date.")
    return 0


async def tidy_up(settings: Settings) -> int:
    """Clear away what is no longer kept, now, and say what that came to."""
    _spare_the_collector()
    stopping = _stop_signal()
    async with open_database(settings) as url:
        cleared = await tidy(url, kept(settings), lambda: not stopping.is_set())
    if cleared is None:
        _say("Another process is tidying up just now; there is nothing to do here.")
    else:
        _say(cleared.sentence())
        if stopping.is_set():
            _say("It was stopped before the end; the rest is cleared the next time.")
    return 0


async def rotate(settings: Settings) -> int:
    """Encrypt all credentials with new keys under the present one, and say how many."""
    _spare_the_collector()
    async with open_database(settings) as url, Database(url) as database:
        box = secret_box(settings)
        if box is None:
            raise SecretKeyMissing
        done = await rotate_secrets(database, box)
    _say(
        f"The credentials of {done.connections:,} connections of {done.tenants:,} tenants are "
        "encrypted with new keys."
    )
    return 0


@dataclass(frozen=True, slots=True)
class UsageFile:
    """A usage export on disk."""

    path: Path
    format: str
    model: str | None


async def import_usage(settings: Settings, file: UsageFile) -> int:
    """Import a usage export and say what came of it."""
    if not file.path.is_file():
        raise StartupError(f"There is no file {file.path}. Name the export to import.")
    _spare_the_collector()
    async with open_database(settings) as url, Database(url) as database:
        request = ImportRequest(
            file_name=file.path.name,
            content=file.path,
            format=file.format,
            model=file.model,
            limits=upload_limits(settings),
        )
        result = await UsageImporter(database).import_stream(LOCAL_USER, request)
    done = result.usage_import
    before = "" if result.is_new else " This very file had been imported before; nothing changed."
    _say(
        f"{done.file_name} ({done.format}): {done.rows_imported:,} rows imported, "
        f"{done.rows_duplicate:,} were there already, {done.rows_rejected:,} rejected.{before}"
    )
    return 0


def _import_the_rest() -> tuple[ModuleType, ModuleType]:
    """What takes most of a start; runs that wait to go on do not wait for it.

    Returns the application's and the web server's module.
    """
    import_module("domain.costs.price_list")
    return import_module("server.app"), import_module("server.web_server")


def _spare_the_collector() -> None:
    """Let the garbage collector look at what requests and runs make, not at what was imported.

    The libraries' half a million objects live as long as the process; going through them again and
    again is time that runs wait for.
    """
    gc.freeze()
    gc.set_threshold(_COLLECT_AFTER)
    gc.enable()


@contextlib.contextmanager
def _bound(settings: Settings) -> Generator[socket.socket]:
    """The listening socket; raises `StartupError` when the address is taken."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((settings.host, settings.port))
        except OSError as error:
            raise StartupError(
                f"The address {settings.host}:{settings.port} cannot be used: {error.strerror}. "
                "Stop what uses it, or choose another with --port."
            ) from error
        yield listening


def _stop_signal() -> asyncio.Event:
    """Set by the signals that stop a process in good order."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    return stop


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
