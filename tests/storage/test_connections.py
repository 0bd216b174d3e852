"""Connections belong to one user, their secrets are encrypted and come back to the engine only."""

import asyncio
from uuid import uuid4

import pytest

from domain.connections import Connection, ConnectionValues
from domain.errors import Conflict, NotFound, SecretKeyMissing, SecretUnreadable
from domain.identity import UserContext
from domain.revealed_secrets import SecretMask
from domain.webhooks.schemes import Scheme
from storage.connections import ConnectionChange, ConnectionRepository
from storage.database import Database
from storage.secret_box import SecretBox
from storage.secret_rotation import Rotated, rotate_secrets
from storage.webhook_endpoints import EndpointRepository, NewEndpoint
from tests.storage.owner import as_owner

ANN = UserContext("ann", "acme")
STRANGERS = [UserContext("bob", "acme"), UserContext("ann", "rival")]
OLD, NEW = b"o" * 32, b"n" * 32
CANARY = "sk-canary-0123456789"
VALUES = ConnectionValues({"base_url": "https://api.example.com"}, {"api_key": CANARY})


def repository(database: Database, *keys: bytes) -> ConnectionRepository:
    box = SecretBox(keys[0], keys[1:]) if keys else None
    return ConnectionRepository(database, box, SecretMask())


@pytest.fixture
def connections(database: Database) -> ConnectionRepository:
    return repository(database, OLD)


async def made(
    connections: ConnectionRepository, user: UserContext = ANN, name: str = "CRM"
) -> Connection:
    return await connections.create(user, name, "api_key", VALUES)


async def keys_of(database: Database) -> list[tuple[str, int, str]]:
    async with as_owner(database) as connection:
        cursor = await connection.execute(
            "SELECT tenant_id, key_version, master_id FROM tenant_keys ORDER BY 1, 2"
        )
        return [tuple(row.values()) for row in await cursor.fetchall()]


async def test_a_connection_shows_that_its_secrets_are_set_and_not_what_they_are(
    connections: ConnectionRepository,
) -> None:
    one = await made(connections)
    assert (one.name, one.kind, one.status) == ("CRM", "api_key", "active")
    assert (one.settings, one.secrets_set) == (VALUES.settings, ["api_key"])
    assert one.last_used_at is None
    assert CANARY not in repr(one)
    assert await connections.get(ANN, one.connection_id) == one
    assert await connections.list(ANN) == [one]


async def test_the_engine_reveals_it_and_the_use_is_noted(
    connections: ConnectionRepository,
) -> None:
    one = await made(connections)
    revealed = await connections.reveal(ANN, one.connection_id)
    assert (revealed.kind, revealed["api_key"]) == ("api_key", CANARY)
    assert revealed.settings == VALUES.settings
    assert (await connections.get(ANN, one.connection_id)).last_used_at is not None


@pytest.mark.parametrize("stranger", STRANGERS)
async def test_others_neither_see_nor_use_nor_change_it(
    connections: ConnectionRepository, stranger: UserContext
) -> None:
    one = await made(connections)
    assert await connections.list(stranger) == []
    for attempt in (
        connections.get(stranger, one.connection_id),
        connections.reveal(stranger, one.connection_id),
        connections.change(stranger, one.connection_id, ConnectionChange(name="mine")),
        connections.change(stranger, one.connection_id, ConnectionChange(secrets={"api_key": "x"})),
        connections.delete(stranger, one.connection_id),
    ):
        with pytest.raises(NotFound):
            await attempt
    assert await connections.list(ANN) == [one]
    await made(connections, stranger)


async def test_a_row_that_is_moved_to_another_tenant_opens_nothing(
    database: Database, connections: ConnectionRepository
) -> None:
    one = await made(connections)
    rival = UserContext("eve", "rival")
    await made(connections, rival, "bait")
    async with as_owner(database) as connection:
        await connection.execute("UPDATE connections SET tenant_id = 'rival', user_id = 'eve'")
    with pytest.raises(SecretUnreadable):
        await connections.reveal(rival, one.connection_id)


async def test_name_settings_and_secrets_change_by_themselves(
    connections: ConnectionRepository,
) -> None:
    one = await made(connections)
    renamed = await connections.change(ANN, one.connection_id, ConnectionChange(name="New"))
    assert (renamed.name, renamed.secrets_set_at) == ("New", one.secrets_set_at)
    change = ConnectionChange(settings={}, secrets={"api_key": "another-one"})
    changed = await connections.change(ANN, one.connection_id, change)
    assert (changed.name, changed.settings) == ("New", {})
    assert changed.secrets_set_at > one.secrets_set_at
    assert (await connections.reveal(ANN, one.connection_id))["api_key"] == "another-one"


async def test_a_name_is_taken_once_and_one_that_is_off_is_not_used(
    connections: ConnectionRepository,
) -> None:
    one, other = await made(connections), await made(connections, name="Other")
    with pytest.raises(Conflict, match="of that name"):
        await made(connections)
    with pytest.raises(Conflict, match="of that name"):
        await connections.change(ANN, other.connection_id, ConnectionChange(name="CRM"))
    await connections.change(ANN, one.connection_id, ConnectionChange(status="off"))
    with pytest.raises(Conflict, match="switched off"):
        await connections.reveal(ANN, one.connection_id)


async def test_a_deleted_one_is_gone(connections: ConnectionRepository) -> None:
    one = await made(connections)
    await connections.delete(ANN, one.connection_id)
    for attempt in (connections.get, connections.reveal, connections.delete):
        with pytest.raises(NotFound):
            await attempt(ANN, one.connection_id)
    with pytest.raises(NotFound):
        await connections.get(ANN, uuid4())


async def test_they_are_listed_by_name_page_by_page(connections: ConnectionRepository) -> None:
    for name in ("c", "a", "b"):
        await made(connections, name=name)
    assert [each.name for each in await connections.list(ANN)] == ["a", "b", "c"]
    assert [each.name for each in await connections.list(ANN, limit=1, offset=1)] == ["b"]


async def test_without_a_key_nothing_is_kept_and_lists_still_answer(database: Database) -> None:
    keyless = repository(database)
    with pytest.raises(SecretKeyMissing, match="GOLDENPATH_SECRET_KEY"):
        await made(keyless)
    assert await keyless.list(ANN) == []


async def test_connections_made_at_once_share_the_tenants_key(
    database: Database, connections: ConnectionRepository
) -> None:
    made_at_once = await asyncio.gather(
        *(made(connections, name=f"c{number}") for number in range(8))
    )
    assert [each[:2] for each in await keys_of(database)] == [("acme", 1)]
    for each in made_at_once:
        assert (await connections.reveal(ANN, each.connection_id))["api_key"] == CANARY


async def test_a_rotation_gives_every_tenant_a_new_key_under_the_present_one(
    database: Database, connections: ConnectionRepository
) -> None:
    ours = [await made(connections, name=f"c{number}") for number in range(3)]
    theirs = await made(connections, STRANGERS[1])
    box = SecretBox(NEW, [OLD])
    assert await rotate_secrets(database, box) == Rotated(tenants=2, connections=4)
    assert await keys_of(database) == [("acme", 2, box.master_id), ("rival", 2, box.master_id)]
    without_old = repository(database, NEW)
    for each in ours:
        assert (await without_old.reveal(ANN, each.connection_id))["api_key"] == CANARY
    assert (await without_old.reveal(STRANGERS[1], theirs.connection_id))["api_key"] == CANARY
    with pytest.raises(SecretUnreadable, match="GOLDENPATH_SECRET_KEY_OLD"):
        await connections.reveal(ANN, ours[0].connection_id)
    unchanged = await without_old.get(ANN, ours[0].connection_id)
    assert unchanged.secrets_set_at == ours[0].secrets_set_at


async def test_a_rotation_without_the_old_key_changes_nothing_that_can_be_read(
    database: Database, connections: ConnectionRepository
) -> None:
    one = await made(connections)
    with pytest.raises(SecretUnreadable):
        await rotate_secrets(database, SecretBox(NEW))
    assert (await connections.reveal(ANN, one.connection_id))["api_key"] == CANARY
    await rotate_secrets(database, SecretBox(NEW, [OLD]))
    assert (await repository(database, NEW).reveal(ANN, one.connection_id))["api_key"] == CANARY


async def test_a_rotation_that_was_broken_off_goes_on(
    database: Database, connections: ConnectionRepository
) -> None:
    many = [await made(connections, name=f"c{number:03}") for number in range(150)]
    box = SecretBox(NEW, [OLD])
    rotation = asyncio.create_task(rotate_secrets(database, box))
    async with as_owner(database) as connection:
        while True:
            cursor = await connection.execute(
                "SELECT count(*) AS moved FROM connections WHERE key_version = 2"
            )
            row = await cursor.fetchone()
            if rotation.done() or (row and row["moved"]):
                break
    rotation.cancel()
    await asyncio.wait([rotation])
    both = repository(database, NEW, OLD)
    for each in many:
        assert (await both.reveal(ANN, each.connection_id))["api_key"] == CANARY
    await rotate_secrets(database, box)
    assert len(await keys_of(database)) == 1
    assert (await repository(database, NEW).reveal(ANN, many[-1].connection_id)) is not None


async def test_a_rotation_beside_a_running_service_loses_nothing(
    database: Database,
) -> None:
    service = repository(database, NEW, OLD)
    first = [await made(service, name=f"f{number}") for number in range(20)]

    async def work() -> list[Connection]:
        done: list[Connection] = []
        for number in range(40):
            one = await made(service, name=f"w{number}")
            await service.change(ANN, first[number % 20].connection_id, REPLACED)
            await service.reveal(ANN, one.connection_id)
            done.append(one)
        return done

    async def rotate() -> None:
        for _ in range(5):
            await rotate_secrets(database, SecretBox(NEW, [OLD]))

    during, _ = await asyncio.gather(work(), rotate())
    for each in (*first, *during):
        assert (await service.reveal(ANN, each.connection_id))["api_key"] == CANARY


REPLACED = ConnectionChange(secrets={"api_key": CANARY})


async def test_endpoints_of_webhooks_get_the_new_key_too(database: Database) -> None:
    old = EndpointRepository(database, SecretBox(OLD), SecretMask())
    new = NewEndpoint("razorpay", "shop", "a-token", Scheme("razorpay"), "the-secret")
    endpoint = await old.create(ANN, new)
    assert await rotate_secrets(database, SecretBox(NEW, [OLD])) == Rotated(1, 1)
    rotated = EndpointRepository(database, SecretBox(NEW), SecretMask())
    assert await rotated.secrets(ANN, endpoint.endpoint_id) == ["the-secret"]
