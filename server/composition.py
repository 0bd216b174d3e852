"""The composition root: opens every part of a process, wires them, and closes them again."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime

from domain.connections import ConnectionKinds
from domain.costs.prices import PriceBook
from domain.revealed_secrets import SecretMask
from graphs.catalog import GraphEntry, load_catalog
from server.assistants import default_assistants
from server.auth.assembly import open_auth
from server.call_price import call_price
from server.edge.quotas import Quotas
from server.http_app import http_app_lifespan
from server.log_masking import masked_log
from server.part_settings import database_limits, probe_limits, worker_limits
from server.ports import credentials_of, open_ports
from server.probe import Probe
from server.readiness import Readiness
from server.retention import NightlyTidying, kept
from server.runs.attempts import Engine, ExecutionLimits
from server.runs.departures import Departures
from server.runs.feed import Feed
from server.runs.manager import RunManager
from server.runs.patient_ports import patient
from server.runs.worker import Worker
from server.services import Services
from server.settings import Settings, set_variables
from server.side_tasks import side_tasks
from server.stopping import Stopping
from server.thread_states import ThreadStates
from server.workflows.assistants import CatalogueAssistants
from server.workflows.drafting import Drafting
from server.workflows.opening import SideParts, open_workflow_side
from storage.assistants import AssistantRepository
from storage.audit_log import AuditLog
from storage.conversations import ConversationRepository
from storage.database import Database
from storage.embedded import EmbeddedPostgres, create_database
from storage.group_commit import GroupCommit
from storage.migrate import migrate
from storage.notifications import Listener
from storage.reports import ReportRepository
from storage.run_events import ArtifactRepository, EventLog
from storage.runs import RunRepository
from storage.threads import ThreadRepository
from storage.usage import UsageRepository
from storage.usage_imports import UsageImporter
from storage.workers import WorkerRegistry
from tools.context import Ports
from tools.registry import Integrations, shipped_integrations

logger = logging.getLogger(__name__)

_DATABASE_NAME = "goldenpath"


@asynccontextmanager
async def open_database(settings: Settings) -> AsyncGenerator[str]:
    """A migrated database, embedded unless the settings name one; yields its URL.

    Raises a `StartupError` that says what to do.
    """
    if settings.database_url:
        url = settings.database_url.get_secret_value()
        await migrate(url)
        yield url
        return
    server = EmbeddedPostgres(settings.data_dir.resolve())
    server_url = await asyncio.to_thread(server.start, min_free_mb=settings.min_free_disk_mb)
    try:
        url = await asyncio.to_thread(create_database, server_url, _DATABASE_NAME)
        await migrate(url)
        yield url
    finally:
        await asyncio.to_thread(server.stop)


@asynccontextmanager
async def open_services(
    settings: Settings,
    *,
    with_worker: bool,
    accepts_runs: bool = True,
    integrations: Integrations | None = None,
) -> AsyncGenerator[Services]:
    """Everything a process needs, running; closed in the opposite order.

    `integrations` are what workflows can use, if not the shipped ones; `accepts_runs` says whether
    runs come to the worker also past the queue, from this process.
    """
    graphs = load_catalog(settings.config, set_variables)
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(open_database(settings))
        database = await stack.enter_async_context(Database(url, database_limits(settings)))
        listener = Listener(url)
        events = EventLog(database)
        mask = SecretMask()
        stack.enter_context(masked_log(mask))
        connections = credentials_of(database, settings, mask)
        assistants = AssistantRepository(database, default_assistants(graphs))
        used = integrations or shipped_integrations()
        queueing = RunManager(database, Feed(events, listener), graphs, assistants)
        steps = CatalogueAssistants(graphs, assistants)
        side = open_workflow_side(
            settings, SideParts(database, queueing, connections, listener, used, steps, mask)
        )
        ports = await stack.enter_async_context(
            open_ports(database, settings, connections, side.ports, side.desk)
        )
        await stack.enter_async_context(http_app_lifespan(settings.config))
        worker = commit = nightly = None
        if with_worker:
            nightly = NightlyTidying(url, kept(settings), settings.tidy_hour)
            commit = await stack.enter_async_context(GroupCommit(database.runs, mask=mask))
            engine = _engine(settings, database, commit, graphs, ports)
            worker = Worker(
                url, engine, listener, worker_limits(settings, accepts_runs=accepts_runs)
            )
        feed, readiness = Feed(events, listener, commit), Readiness(lambda: datetime.now(UTC))
        manager = RunManager(database, feed, graphs, assistants, worker)
        services = Services(
            settings=settings,
            database=database,
            auth=await stack.enter_async_context(open_auth(settings, database)),
            assistants=assistants,
            threads=ThreadRepository(database),
            conversations=ConversationRepository(database),
            states=ThreadStates(database, graphs),
            runs=RunRepository(database),
            workers=WorkerRegistry(database),
            events=events,
            artifacts=ArtifactRepository(database),
            usage=UsageRepository(database),
            usage_imports=UsageImporter(database),
            reports=ReportRepository(database),
            audit_log=AuditLog(database),
            quotas=Quotas(database, settings),
            connections=connections,
            connection_kinds=ConnectionKinds(used.connection_kinds()),
            side=side,
            drafting=Drafting(side.workflows, side.catalogues, ports.models),
            integrations=used,
            ports=ports,
            mask=mask,
            graphs=graphs,
            manager=manager,
            feed=feed,
            models=ports.models,
            listener=listener,
            departures=Departures(manager, RunRepository(database), listener),
            stopping=Stopping(),
            worker=worker,
            nightly=nightly,
            readiness=readiness,
            probe=Probe(readiness, database, listener, probe_limits(settings)),
        )
        async with side_tasks(services):
            yield services


def _engine(
    settings: Settings,
    database: Database,
    commit: GroupCommit,
    graphs: Mapping[str, GraphEntry],
    ports: Ports,
) -> Engine:
    return Engine(
        database=database,
        commit=commit,
        workers=WorkerRegistry(database),
        events=EventLog(database),
        artifacts=ArtifactRepository(database),
        graphs=graphs,
        ports=patient(ports),
        price=call_price(PriceBook()),
        limits=ExecutionLimits(
            run_timeout_s=settings.run_timeout_s,
            attempts=settings.run_attempts,
            recursion_limit=settings.recursion_limit,
            node_timeout_s=settings.node_timeout_s,
        ),
    )
