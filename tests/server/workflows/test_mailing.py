"""E-mail: what people are told reaches them, and a token of theirs alone lets them vote."""

import re

import pytest

from domain.errors import Conflict, InvalidSettings, NotFound
from domain.identity import LOCAL_USER
from server.auth.opaque_tokens import hashed
from server.settings import Settings
from server.workflows.mailing import Mailing, mailing_of
from storage.approvals import voter_of
from storage.database import Database
from storage.notices import MailQueue
from storage.notifications import Listener
from tests.server.workflows.mail_box import MailBox, mail_box
from tests.server.workflows.waiting_world import (
    NO,
    YES,
    WaitingWorld,
    add_colleague,
    approval_world,
)
from tests.storage.owner import as_owner
from tools.service_mail import ServiceMail

OUTSIDE = ("dee@elsewhere.example", "eve@elsewhere.example")
ADDRESS = "https://flows.example.com"


def mailing(world: WaitingWorld, box: MailBox) -> Mailing:
    post = ServiceMail(box.url, "Flows <flows@example.com>")
    return Mailing(world.database, post, Listener(world.database.url), ADDRESS)


def tokens(box: MailBox) -> dict[str, str]:
    """The newest token that each receiver got."""
    found: dict[str, str] = {}
    for message in box.messages:
        if link := re.search(rf"{ADDRESS}/vote/(\S+)", message.get_content()):
            found[str(message["To"])] = link.group(1)
    return found


async def test_people_without_an_account_vote_by_their_token(database_url: str) -> None:
    async with (
        mail_box() as box,
        approval_world(
            database_url, with_mail=True, approvers=OUTSIDE, quorum=2, title="Pay\r\nBcc: x@y.z?"
        ) as world,
    ):
        run = await world.paused()
        await mailing(world, box).look()
        assert box.messages[0]["Subject"] == "Pay Bcc: x@y.z?"
        assert box.messages[0]["Bcc"] is None
        found = tokens(box)
        assert sorted(found) == sorted(OUTSIDE)
        dee, eve = (hashed(found[name]) for name in OUTSIDE)
        assert await world.waiting.vote_by_token(dee, YES) == "open"
        assert await world.waiting.vote_by_token(dee, YES) == "open"
        with pytest.raises(NotFound):
            await world.waiting.vote_by_token(hashed("guessed"), YES)
        assert await world.waiting.vote_by_token(eve, YES) == "approved"
        assert (await world.answer(run))["decision"] == "approved"
        with pytest.raises(Conflict):
            await world.waiting.vote_by_token(eve, NO)


async def test_no_token_is_kept_in_clear(database_url: str) -> None:
    async with (
        mail_box() as box,
        approval_world(database_url, with_mail=True, approvers=OUTSIDE[:1]) as world,
    ):
        await world.paused()
        await mailing(world, box).look()
        [token] = tokens(box).values()
        async with as_owner(world.database) as connection:
            for table in ("approvals", "approvers", "approval_tokens", "notifications"):
                cursor = await connection.execute(
                    f"SELECT t::text AS row FROM {table} t"  # pyright: ignore[reportArgumentType]
                )
                for row in await cursor.fetchall():
                    assert token not in row["row"]


async def test_members_are_mailed_at_the_address_of_their_account(
    database_url: str, database: Database
) -> None:
    await add_colleague(database, "ann")
    async with (
        mail_box() as box,
        approval_world(database_url, with_mail=True, approvers=("ann",)) as world,
    ):
        run = await world.paused()
        approval = await world.asked(run)
        await mailing(world, box).look()
        [message] = box.messages
        assert message["To"] == "ann@example.com"
        assert f"{ADDRESS}/app/approvals?id={approval}" in message.get_content()
        await mailing(world, box).look()
        assert len(box.messages) == 1


async def test_what_is_not_taken_on_is_sent_later_and_what_is_refused_is_not(
    database_url: str,
) -> None:
    async with (
        mail_box() as box,
        approval_world(database_url, with_mail=True, approvers=OUTSIDE) as world,
    ):
        await world.paused()
        box.answers = ["451 Later, please", "550 No such person"]
        await mailing(world, box).look()
        assert box.messages == []
        assert (await mailing(world, box).look() or 0) > 1
        await world.pass_time("notifications", "mail_due_at")
        await mailing(world, box).look()
        assert len(box.messages) == 1
        await world.pass_time("notifications", "mail_due_at")
        assert await MailQueue(world.database).next_s() is None


async def test_two_processes_send_a_message_once_and_a_dead_ones_is_sent_again(
    database_url: str,
) -> None:
    async with (
        mail_box() as box,
        approval_world(database_url, with_mail=True, approvers=OUTSIDE[:1]) as world,
    ):
        await world.paused()
        # One process takes it, and dies.
        [taken] = await MailQueue(world.database).claim(10, 600)
        await mailing(world, box).look()
        assert box.messages == []
        await world.pass_time("notifications", "mail_due_at")
        await mailing(world, box).look()
        [message] = box.messages
        assert message["Message-ID"] == f"<{taken.notification_id}@example.com>"


async def test_a_token_is_of_its_approver_alone(database_url: str) -> None:
    async with (
        mail_box() as box,
        approval_world(database_url, with_mail=True, approvers=OUTSIDE) as world,
    ):
        run = await world.paused()
        await mailing(world, box).look()
        voter = await voter_of(world.database, hashed(tokens(box)[OUTSIDE[0]]))
        assert (voter.name, voter.decision) == (OUTSIDE[0], None)
        assert voter.owner == LOCAL_USER
        assert voter.approval_id == await world.asked(run)


async def test_half_of_the_settings_is_no_e_mail(database: Database) -> None:
    listener = Listener(database.url)
    assert mailing_of(Settings(), database, listener) is None
    half = Settings(mail_from="flows@example.com")
    with pytest.raises(InvalidSettings, match="GOLDENPATH_SMTP_URL"):
        mailing_of(half, database, listener)
