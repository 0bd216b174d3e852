"""What graphs reach, over the database and the settings of a process."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from domain.ports import Credentials
from domain.revealed_secrets import SecretMask
from domain.workflows.desk import WorkflowDesk
from domain.workflows.outside import WorkflowPorts
from server.part_settings import model_settings
from server.secret_key import secret_box
from server.settings import Settings
from storage.connections import ConnectionRepository
from storage.database import Database
from storage.reports import ReportRepository
from storage.usage import UsageRepository
from storage.usage_imports import UsageImporter
from tools.chat_model import ChatModels
from tools.context import Ports, default_ports


def credentials_of(
    database: Database, settings: Settings, mask: SecretMask | None = None
) -> ConnectionRepository:
    """The connections of the process; `mask` learns the secrets that are revealed."""
    return ConnectionRepository(database, secret_box(settings), mask or SecretMask())


@asynccontextmanager
async def open_ports(
    database: Database,
    settings: Settings,
    credentials: Credentials,
    workflows: WorkflowPorts | None = None,
    desk: WorkflowDesk | None = None,
) -> AsyncGenerator[Ports]:
    """The ports, installed as the default of runs that bring none."""
    ports = Ports(
        usage=UsageRepository(database),
        samples=UsageImporter(database),
        reports=ReportRepository(database),
        models=ChatModels(model_settings(settings)),
        credentials=credentials,
        egress=settings.egress_policy,
        workflows=workflows,
        desk=desk,
    )
    default_ports.install(ports)
    try:
        yield ports
    finally:
        default_ports.remove(ports)
        await ports.http.aclose()
        await ports.models.aclose()
