"""What has one place only: HTTP clients, Postgres, the environment, streaming, statuses, SQL."""

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tests.architecture.import_rules import SOURCES
from tests.architecture.sources import Module, dotted, imports


@dataclass(frozen=True, slots=True)
class Place:
    """Folders (`storage/`) and files that may do a thing."""

    rule: str
    allowed: tuple[str, ...]

    def holds(self, module: Module) -> bool:
        """Whether the module may."""
        return module.path.startswith(self.allowed)


HTTP_CLIENTS = frozenset(
    {
        *("aiohttp", "ftplib", "http.client", "httpcore", "httpcore2", "httpx", "httpx2"),
        *(
            "aiosmtplib",
            "imaplib",
            "poplib",
            "pycurl",
            "requests",
            "smtplib",
            "socket",
            "telnetlib",
        ),
        *("urllib.request", "urllib3", "websocket", "websockets.client", "xmlrpc.client"),
    }
)
#: What opens a connection without any of these.
CONNECTING = frozenset(
    {"create_connection", "open_connection", "sock_connect", "start_tls", "getaddrinfo"}
)
DRIVERS = frozenset({"asyncpg", "psycopg", "psycopg2", "psycopg_pool"})
ENVIRONMENT = frozenset({"environ", "environb", "getenv", "getenvb", "putenv", "unsetenv"})
STREAMING = frozenset({"astream", "astream_events", "astream_log"})

HTTP_PLACE = Place(
    "only tools/http_client.py calls what is outside",
    (
        "tools/http_client.py",
        # Its other parts: make the connections, sign calls, and tell how they fail.
        "tools/http_connections.py",
        "tools/http_sign_in.py",
        "tools/provider_answers.py",
        # Mail goes out by its own protocol, to addresses checked in the same way.
        "tools/mail_client.py",
        # The service's own mail server, which its operator names.
        "tools/service_mail.py",
        # The pages call the API of this very service, in this very process.
        "ui/api_client.py",
        # The socket that the service listens on.
        "server/commands.py",
        "server/web_server.py",
        # This machine's name.
        "server/runs/processes.py",
    ),
)
DRIVER_PLACE = Place(
    "only storage, checkpoints and tools/user_database.py use the Postgres driver",
    ("storage/", "checkpoints/", "tools/user_database.py"),
)
ENVIRONMENT_PLACE = Place("only server/settings.py reads the environment", ("server/settings.py",))
STREAM_PLACE = Place(
    "only graphs/lifecycle.py streams a graph, and only nodes/call_model.py a model",
    ("graphs/lifecycle.py", "nodes/call_model.py"),
)
STATUS_PLACE = Place("HTTPException belongs to server", ("server/",))
SQL_PLACE = Place(
    "SQL text belongs into .sql files and storage",
    # The second shows users how their own statements look.
    ("storage/", "tools/integrations/database.py"),
)

_SQL = re.compile(
    r"^\s*(?:"
    r"SELECT\s.+\sFROM\s|SELECT\s+\w+\(|SELECT\s+1\b|INSERT\s+INTO\s|UPDATE\s+[\w.\"]+\s+SET\s"
    r"|DELETE\s+FROM\s|WITH\s+(?:RECURSIVE\s+)?\w+\s+AS\s|COPY\s+[\w.\"]+\s*[( ]"
    r"|(?:CREATE|ALTER|DROP)\s+(?:TABLE|INDEX|SCHEMA|DATABASE|VIEW|FUNCTION|TYPE|EXTENSION|ROLE)\b"
    r"|TRUNCATE\s+(?:TABLE\s+)?\w|LISTEN\s+\w+\s*$|NOTIFY\s+\w|SET\s+(?:LOCAL\s+)?\w+\s*(?:=|TO\s)"
    r")",
    re.IGNORECASE | re.DOTALL,
)


def place_violations(modules: Sequence[Module]) -> list[str]:
    """What is done outside its place; tests and benchmarks are free."""
    found: list[str] = []
    for module in modules:
        if module.folder in SOURCES:
            found += _by_import(module)
            found += _by_use(module)
            found += _sql_text(module)
    return found


def _by_import(module: Module) -> Iterator[str]:
    for imported in imports(module):
        names = {imported.module, imported.top, f"{imported.module}.{imported.name}"}
        for clients, place in ((HTTP_CLIENTS, HTTP_PLACE), (DRIVERS, DRIVER_PLACE)):
            if names & clients and not place.holds(module):
                yield f"{module.path}:{imported.line}: {place.rule}"
        if (
            (imported.module == "os" and imported.name in ENVIRONMENT)
            or imported.top in {"dotenv", "pydantic_settings"}
        ) and not ENVIRONMENT_PLACE.holds(module):
            yield f"{module.path}:{imported.line}: {ENVIRONMENT_PLACE.rule}"
        if imported.name == "HTTPException" and not STATUS_PLACE.holds(module):
            yield f"{module.path}:{imported.line}: {STATUS_PLACE.rule}"


def _by_use(module: Module) -> Iterator[str]:
    for node in ast.walk(module.tree):
        if not isinstance(node, ast.Attribute):
            continue
        if dotted(node.value) == "os" and node.attr in ENVIRONMENT:
            place = ENVIRONMENT_PLACE
        elif node.attr in CONNECTING:
            place = HTTP_PLACE
        elif node.attr in STREAMING:
            place = STREAM_PLACE
        elif node.attr == "HTTPException":
            place = STATUS_PLACE
        else:
            continue
        if not place.holds(module):
            yield f"{module.path}:{node.lineno}: {place.rule}"


def _sql_text(module: Module) -> Iterator[str]:
    if SQL_PLACE.holds(module):
        return
    docstrings = _docstrings(module.tree)
    for node in ast.walk(module.tree):
        if not isinstance(node, ast.Constant) or id(node) in docstrings:
            continue
        if isinstance(node.value, str) and _SQL.match(node.value):
            yield f"{module.path}:{node.lineno}: {SQL_PLACE.rule}"


def _docstrings(tree: ast.Module) -> set[int]:
    return {
        id(statement.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        for statement in node.body[:1]
        if isinstance(statement, ast.Expr)
    }
