"""One application in mode `accounts` for the tests of a module."""

from collections.abc import AsyncIterator, Iterator
from uuid import uuid4

import pytest

from tests.conftest import create_test_database
from tests.server.auth.openid_world import options_of
from tests.server.auth.world import Site, open_site
from tests.server.tasks import no_task_left
from tests.standins.openid_provider import OpenIdProvider, openid_provider


@pytest.fixture(scope="module", autouse=True)
async def no_task_is_left() -> AsyncIterator[None]:
    """Whatever the tests of a module start is over when they are: they share services."""
    async with no_task_left():
        yield


@pytest.fixture(scope="module")
def module_database(postgres_url: str, template_database: str) -> str:
    """The URL of a database of the module's own."""
    name = f"test_{uuid4().hex}"
    return create_test_database(postgres_url, name, template=template_database)


@pytest.fixture(scope="module")
async def site(
    module_database: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Site]:
    async with open_site(module_database, tmp_path_factory.mktemp("site")) as opened:
        yield opened


@pytest.fixture(scope="module")
def running_provider() -> Iterator[OpenIdProvider]:
    with openid_provider() as running:
        yield running


@pytest.fixture
def provider(running_provider: OpenIdProvider) -> OpenIdProvider:
    """An OpenID provider that does not lie yet."""
    running_provider.forge = None
    running_provider.signs_with_another_key = False
    return running_provider


@pytest.fixture(scope="module")
async def openid_site(
    module_database: str,
    running_provider: OpenIdProvider,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Site]:
    """An application that people sign in to with that provider."""
    folder = tmp_path_factory.mktemp("openid")
    async with open_site(module_database, folder, **options_of(running_provider)) as opened:
        yield opened
