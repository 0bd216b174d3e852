"""The ledger of effects."""

from dataclasses import replace
from uuid import uuid4

from domain.identity import LOCAL_USER, UserContext
from domain.workflows.effects import EffectCall, EffectEntry
from storage.database import Database
from storage.effects import EffectRepository
from tests.storage.owner import as_owner


def a_call() -> EffectCall:
    return EffectCall(uuid4(), uuid4(), "send", "rows[3]/send", "mail", "send", "unsafe", "hash")


async def test_a_call_that_is_done_answers_its_repetition(database: Database) -> None:
    ledger, call = EffectRepository(database), a_call()
    assert await ledger.intend(LOCAL_USER, call) == EffectEntry("intended")
    await ledger.done(LOCAL_USER, call.key, {"id": "m1"}, "m1")
    assert await ledger.intend(LOCAL_USER, call) == EffectEntry("done", {"id": "m1"}, "m1")
    await ledger.failed(LOCAL_USER, call.key, may_have_happened=False)
    assert (await ledger.intend(LOCAL_USER, call)).status == "done"


async def test_a_call_that_was_lost_on_its_way_is_in_doubt(database: Database) -> None:
    ledger, call = EffectRepository(database), a_call()
    await ledger.intend(LOCAL_USER, call)
    assert (await ledger.intend(LOCAL_USER, call)).status == "in_doubt"
    assert (await ledger.intend(LOCAL_USER, call)).status == "in_doubt"


async def test_what_surely_failed_is_intended_again(database: Database) -> None:
    ledger, call = EffectRepository(database), a_call()
    await ledger.intend(LOCAL_USER, call)
    await ledger.failed(LOCAL_USER, call.key, may_have_happened=False)
    assert (await ledger.intend(LOCAL_USER, call)).status == "intended"
    await ledger.failed(LOCAL_USER, call.key, may_have_happened=True)
    assert (await ledger.intend(LOCAL_USER, call)).status == "in_doubt"


async def test_it_counts_how_often_a_person_had_it_made_again(database: Database) -> None:
    ledger, call = EffectRepository(database), a_call()
    await ledger.intend(LOCAL_USER, call)
    for count in (1, 2):
        assert (await ledger.intend(LOCAL_USER, call)).status == "in_doubt"
        await ledger.again(LOCAL_USER, call)
        assert await ledger.intend(LOCAL_USER, call) == EffectEntry("in_doubt", confirmed=count)
    # An attempt that another run makes is asked about anew.
    later = replace(call, attempt=2)
    assert await ledger.intend(LOCAL_USER, later) == EffectEntry("in_doubt")
    await ledger.again(LOCAL_USER, later)
    assert await ledger.intend(LOCAL_USER, later) == EffectEntry("in_doubt", confirmed=1)


async def test_each_item_and_each_start_is_a_call_of_its_own(database: Database) -> None:
    ledger, call = EffectRepository(database), a_call()
    others = [replace(call, path="rows[4]/send"), replace(call, root_run_id=uuid4())]
    for one in (call, *others):
        assert (await ledger.intend(LOCAL_USER, one)).status == "intended"
    async with as_owner(database) as connection:
        rows = await (await connection.execute("SELECT path FROM effects")).fetchall()
    assert len(rows) == 3


async def test_nobody_else_settles_it(database: Database) -> None:
    ledger, call = EffectRepository(database), a_call()
    await ledger.intend(LOCAL_USER, call)
    stranger = UserContext(user_id=LOCAL_USER.user_id, tenant_id="elsewhere")
    await ledger.done(stranger, call.key, {}, None)
    assert (await ledger.intend(LOCAL_USER, call)).status == "in_doubt"
