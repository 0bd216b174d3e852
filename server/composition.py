"""The composition root: opens every part of a process, wires them, and closes them again."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Coroutine, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from domain.connections import ConnectionKinds
from domain.costs.prices import PriceBook
from domain.revealed_secrets import SecretMask
from graphs.catalog import GraphEntry, load_catalog
from server.assistants import default_assistants
from server.auth.assembly import Auth, open_auth
from server.call_price import call_price
from server.edge.quotas import Quotas
from server.http_app import http_app_lifespan
from server.log_masking import masked_log
from server.part_settings import database_limits, model_settings, probe_limits, worker_limits
from server.probe import Probe
from server.readiness import Readiness
from server.retention import NightlyTidying, kept
from server.runs.attempts import Engine, ExecutionLimits
from server.runs.departures import Departures
from server.runs.feed import Feed
from server.runs.manager import RunManager
from server.runs.patient_ports import patient
from server.runs.worker import Worker
from server.secret_key import secret_box
from server.settings import Settings, set_variables
from server.stopping import Stopping
from server.thread_states import ThreadStates
from server.workflows.due import DueTicker
from server.workflows.mailing import Mailing, mailing_of
from server.workflows.waiting import WaitingWorkflows
from storage.approvals import ApprovalRepository
from storage.assistants import AssistantRepository
from storage.audit_log import AuditLog
from storage.connections import ConnectionRepository
from storage.conversations import ConversationRepository
from storage.database import Database
from storage.embedded import EmbeddedPostgres, create_database
from storage.group_commit import GroupCommit
from storage.migrate import migrate
from storage.notices import NoticeRepository
from storage.notifications import Listener
from storage.reports import ReportRepository
from storage.run_events import ArtifactRepository, EventLog
from storage.runs import RunRepository
from storage.threads import ThreadRepository
from storage.usage import UsageRepository
from storage.usage_imports import UsageImporter
from storage.workers import WorkerRegistry
from tools.chat_model import ChatModels
from tools.context import Ports, default_ports

logger = logging.getLogger(__name__)

_DATABASE_NAME = "goldenpath"


@dataclass(frozen=True, slots=True)
class Services:
    """All that routes and commands use."""

    settings: Settings
    database: Database
    auth: Auth
    assistants: AssistantRepository
    threads: ThreadRepository
    conversations: ConversationRepository
    states: ThreadStates
    runs: RunRepository
    workers: WorkerRegistry
    events: EventLog
    artifacts: ArtifactRepository
    usage: UsageRepository
    usage_imports: UsageImporter
    reports: ReportRepository
    audit_log: AuditLog
    quotas: Quotas
    connections: ConnectionRepository
    connection_kinds: ConnectionKinds
    #: Knows the secrets that this process has seen.
    mask: SecretMask
    graphs: Mapping[str, GraphEntry]
    manager: RunManager
    feed: Feed
    models: ChatModels
    listener: Listener
    departures: Departures
    approvals: ApprovalRepository
    notices: NoticeRepository
    #: What workflows wait for, and the clock of it.
    waiting: WaitingWorkflows
    due: DueTicker
    #: Sends e-mail, if the settings say how.
    mailing: Mailing | None
    stopping: Stopping
    #: The worker of this process, if it has one, and what clears away for all of them.
    worker: Worker | None
    nightly: NightlyTidying | None
    readiness: Readiness
    probe: Probe


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
async def open_ports(
    database: Database, settings: Settings, mask: SecretMask | None = None
) -> AsyncGenerator[Ports]:
    """What graphs reach, installed as the default of runs that bring no ports."""
    connections = ConnectionRepository(database, secret_box(settings), mask or SecretMask())
    ports = Ports(
        usage=UsageRepository(database),
        samples=UsageImporter(database),
        reports=ReportRepository(database),
        models=ChatModels(model_settings(settings)),
        credentials=connections,
        egress=settings.egress_policy,
    )
    default_ports.install(ports)
    try:
        yield ports
    finally:
        default_ports.remove(ports)
        await ports.models.aclose()


@asynccontextmanager
async def open_services(
    settings: Settings, *, with_worker: bool, accepts_runs: bool = True
) -> AsyncGenerator[Services]:
    """Everything a process needs, running; closed in the opposite order.

    `accepts_runs` says whether runs come to the worker also past the queue, from this process.
    """
    graphs = load_catalog(settings.config, set_variables)
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(open_database(settings))
        database = await stack.enter_async_context(Database(url, database_limits(settings)))
        listener = Listener(url)
        events = EventLog(database)
        mask = SecretMask()
        stack.enter_context(masked_log(mask))
        ports = await stack.enter_async_context(open_ports(database, settings, mask))
        await stack.enter_async_context(http_app_lifespan(settings.config))
        worker = commit = nightly = None
        if with_worker:
            nightly = NightlyTidying(url, kept(settings), settings.tidy_hour)
            commit = await stack.enter_async_context(GroupCommit(database.runs, mask=mask))
            engine = _engine(settings, database, commit, graphs, ports)
            limits = worker_limits(settings, accepts_runs=accepts_runs)
            worker = Worker(url, engine, listener, limits)
        feed = Feed(events, listener, commit)
        readiness = Readiness(lambda: datetime.now(UTC))
        assistants = AssistantRepository(database, default_assistants(graphs))
        manager = RunManager(database, feed, graphs, assistants, worker)
        runs = RunRepository(database)
        waiting = WaitingWorkflows(database, manager, with_mail=settings.sends_mail)
        services = Services(
            settings=settings,
            database=database,
            auth=await stack.enter_async_context(open_auth(settings, database)),
            assistants=assistants,
            threads=ThreadRepository(database),
            conversations=ConversationRepository(database),
            states=ThreadStates(database, graphs),
            runs=runs,
            workers=WorkerRegistry(database),
            events=events,
            artifacts=ArtifactRepository(database),
            usage=UsageRepository(database),
            usage_imports=UsageImporter(database),
            reports=ReportRepository(database),
            audit_log=AuditLog(database),
            quotas=Quotas(database, settings),
            connections=ConnectionRepository(database, secret_box(settings), mask),
            connection_kinds=ConnectionKinds(),
            mask=mask,
            graphs=graphs,
            manager=manager,
            feed=feed,
            models=ports.models,
            listener=listener,
            departures=Departures(manager, runs, listener),
            approvals=ApprovalRepository(database),
            notices=NoticeRepository(database, with_mail=settings.sends_mail),
            waiting=waiting,
            due=DueTicker(database, waiting, listener),
            mailing=mailing_of(settings, database, listener),
            stopping=Stopping(),
            worker=worker,
            nightly=nightly,
            readiness=readiness,
            probe=Probe(readiness, database, listener, probe_limits(settings)),
        )
        async with _side_tasks(services):
            yield services


@asynccontextmanager
async def _side_tasks(services: Services) -> AsyncGenerator[None]:
    """The tasks that run beside the requests: listening, following, probing, working."""
    async with asyncio.TaskGroup() as tasks:
        side = [
            tasks.create_task(services.listener.run(), name="listener"),
            tasks.create_task(services.feed.run(), name="feed"),
            tasks.create_task(services.departures.run(), name="departures"),
            tasks.create_task(services.due.run(), name="what is due"),
            tasks.create_task(_probe_forever(services), name="model probe"),
        ]
        if services.mailing:
            side.append(tasks.create_task(services.mailing.run(), name="mailing"))
        if services.nightly:
            side.append(tasks.create_task(services.nightly.run(), name="nightly tidying"))
        working = None
        if services.worker:
            working = tasks.create_task(services.worker.run(), name="worker")
            await _first(services.worker.ready.wait(), working)
        await _first(services.listener.connected.wait(), side[0])
        side.append(tasks.create_task(services.probe.run(), name="probe"))
        await services.probe.fresh()
        try:
            yield
        finally:
            if services.worker and working:
                services.worker.stop()
                await asyncio.wait([working])
            if services.nightly:
                services.nightly.stop()
            for task in side:
                task.cancel()


async def _first(condition: Coroutine[Any, Any, object], task: asyncio.Task[None]) -> None:
    """Wait for a condition, or for the failure of the task that should bring it about."""
    waiting = asyncio.ensure_future(condition)
    await asyncio.wait((waiting, task), return_when=asyncio.FIRST_COMPLETED)
    if task.done():
        waiting.cancel()
        task.result()


async def _probe_forever(services: Services) -> None:
    """Look after a failed model endpoint, so that it is used again once it recovers."""
    while True:
        await asyncio.sleep(services.settings.model_retry_after_s)
        await services.models.probe()


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
