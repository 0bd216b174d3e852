"""The commands of the service, each until it is done or stopped."""

import asyncio
import contextlib
import gc
import logging
import signal
import socket
from collections.abc import Generator
from dataclasses import dataclass
from importlib import import_module
from ipaddress import ip_address
from pathlib import Path
from types import ModuleType

from domain.accounts.emails import normalise_email
from domain.errors import SecretKeyMissing, StartupError
from domain.identity import LOCAL_USER, UserContext
from server.auth.opaque_tokens import LINK, hashed, new_token
from server.auth.start_checks import check_who_may_come_in
from server.composition import open_database, open_services
from server.retention import kept, tidy
from server.secret_key import secret_box
from server.services import Services
from server.settings import Settings
from server.standard_streams import say
from server.upload_forms import upload_limits
from storage.accounts.people import People
from storage.database import Database
from storage.embedded import sole_instance
from storage.secret_rotation import rotate_secrets
from storage.usage_imports import ImportRequest, UsageImporter

logger = logging.getLogger(__name__)

#: So many new objects make the collector look; Python's own 700 suits small programs.
_COLLECT_AFTER = 20_000


async def serve(settings: Settings, *, with_worker: bool) -> int:
    """API and pages, and one worker unless told otherwise, until stopped."""
    check_who_may_come_in(settings)
    async with contextlib.AsyncExitStack() as stack:
        if settings.database_url is None:
            stack.enter_context(sole_instance(settings.data_dir))
        listening = stack.enter_context(_bound(settings))
        bound, port = str(listening.getsockname()[0]), listening.getsockname()[1]
        host = _reached_at(bound)
        url = f"http://{f'[{host}]' if ':' in host else host}:{port}"
        services = await stack.enter_async_context(open_services(settings, with_worker=with_worker))
        loading = asyncio.get_running_loop().run_in_executor(None, _import_the_rest)
        _make_private(settings.data_dir.resolve() / "uploads")
        application, web_server = await loading
        app = application.create_app(services, url)
        lines = [f"goldenpath ready on {url}", *await _first_account(services, url)]
        server = web_server.WebServer(app, services, lambda: say("\n".join(lines)))
        _spare_the_collector()
        await server.serve(sockets=[listening])
    return 0


async def _first_account(services: Services, url: str) -> list[str]:
    """The link that makes the first account, while there is none."""
    token = new_token(LINK)
    if services.auth.sign_in is None or not await services.auth.invitations.create_first(
        hashed(token)
    ):
        return []
    base = services.settings.public_url or url
    return [f"No account yet. Create the owner's at {base}/register?invitation={token}"]


async def work(settings: Settings) -> int:
    """Execute runs until stopped."""
    async with open_services(settings, with_worker=True, accepts_runs=False):
        _spare_the_collector()
        say("goldenpath worker ready")
        await _stop_signal().wait()
    return 0


async def migrate_database(settings: Settings) -> int:
    """Bring the database to the newest schema."""
    _spare_the_collector()
    async with open_database(settings):
        say("The database is up to date.")
    return 0


async def tidy_up(settings: Settings) -> int:
    """Clear away what is no longer kept, now, and say what that came to."""
    _spare_the_collector()
    stopping = _stop_signal()
    async with open_database(settings) as url:
        cleared = await tidy(url, kept(settings), lambda: not stopping.is_set())
    if cleared is None:
        say("Another process is tidying up just now; there is nothing to do here.")
    else:
        say(cleared.sentence())
        if stopping.is_set():
            say("It was stopped before the end; the rest is cleared the next time.")
    return 0


async def rotate(settings: Settings) -> int:
    """Encrypt all credentials with new keys under the present one, and say how many."""
    _spare_the_collector()
    async with open_database(settings) as url, Database(url) as database:
        box = secret_box(settings)
        if box is None:
            raise SecretKeyMissing
        done = await rotate_secrets(database, box)
    say(
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
    #: Whose it is: an e-mail address; nobody's in local mode.
    email: str | None = None


async def import_usage(settings: Settings, file: UsageFile) -> int:
    """Import a usage export and say what came of it."""
    if not file.path.is_file():
        raise StartupError(f"There is no file {file.path}. Name the export to import.")
    _spare_the_collector()
    async with open_database(settings) as url, Database(url) as database:
        user = await _owner_of(file, settings, database)
        request = ImportRequest(
            file_name=file.path.name,
            content=file.path,
            format=file.format,
            model=file.model,
            limits=upload_limits(settings),
        )
        result = await UsageImporter(database).import_stream(user, request)
    done = result.usage_import
    before = "" if result.is_new else " This very file had been imported before; nothing changed."
    say(
        f"{done.file_name} ({done.format}): {done.rows_imported:,} rows imported, "
        f"{done.rows_duplicate:,} were there already, {done.rows_rejected:,} rejected.{before}"
    )
    return 0


async def _owner_of(file: UsageFile, settings: Settings, database: Database) -> UserContext:
    """Whose an import is; raises `StartupError` where that cannot be told."""
    if settings.auth == "local":
        if file.email is not None:
            raise StartupError(
                "Local mode has one user. Leave out --user, or set GOLDENPATH_AUTH as the service "
                "has it."
            )
        return LOCAL_USER
    if file.email is None:
        raise StartupError("Name whose the export is with --user and their e-mail address.")
    user = await People(database).member_by_email(normalise_email(file.email))
    if user is None:
        raise StartupError(
            "Nobody with this address is a member of a workspace. Check --user, or register first."
        )
    return user


def _reached_at(bound: str) -> str:
    """Where this machine reaches what listens there: listening everywhere includes it."""
    address = ip_address(bound)
    if not address.is_unspecified:
        return bound
    return "::1" if address.version == 6 else "127.0.0.1"


def _make_private(folder: Path) -> None:
    """Let nobody else of this machine look into a folder."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)


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
