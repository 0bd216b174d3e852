"""What people are told is theirs, kept once, and cleared away in time."""

from uuid import uuid4

import pytest

from domain.errors import NotFound
from domain.identity import LOCAL_USER, UserContext
from domain.workflows.notices import Notice, Notifier
from storage.database import Database
from storage.notices import MailQueue, NoticeRepository, Receiver, clear_notices, tell
from tests.storage.owner import as_owner

COLLEAGUE = UserContext("other", LOCAL_USER.tenant_id)
NAMESAKE = UserContext(LOCAL_USER.user_id, "elsewhere")

FAILED = Notice("run_failed", "It failed\x00", "The workflow stopped.", {"thread_id": uuid4()})


async def test_only_its_receiver_is_told(database: Database) -> None:
    notices = NoticeRepository(database, with_mail=False)
    notifier: Notifier = notices
    await notifier.notify(LOCAL_USER, FAILED)
    [told] = await notices.list(LOCAL_USER, 10, 0)
    assert (told.kind, told.title, told.read_at) == ("run_failed", "It failed", None)
    for user in (COLLEAGUE, NAMESAKE):
        assert await notices.list(user, 10, 0) == []
        assert await notices.mark_all_read(user) == 0
        with pytest.raises(NotFound):
            await notices.mark_read(user, told.notification_id)
    assert await notices.mark_all_read(LOCAL_USER) == 1
    assert await notices.list(LOCAL_USER, 10, 0, unread=True) == []
    # Without a way to send e-mail nothing waits to be sent.
    assert await MailQueue(database).next_s() is None


async def test_one_tells_a_colleague_and_cannot_read_it_again(database: Database) -> None:
    receivers = [Receiver(COLLEAGUE.user_id)]
    async with database.transaction(LOCAL_USER) as connection:
        await tell(connection, LOCAL_USER.tenant_id, receivers, FAILED, with_mail=False)
        cursor = await connection.execute("SELECT count(*) AS n FROM notifications")
        assert await cursor.fetchone() == {"n": 0}
    notices = NoticeRepository(database, with_mail=False)
    assert len(await notices.list(COLLEAGUE, 10, 0)) == 1


async def test_what_was_told_long_ago_is_cleared(database: Database) -> None:
    notices = NoticeRepository(database, with_mail=False)
    for _ in range(3):
        await notices.notify(LOCAL_USER, FAILED)
    async with as_owner(database) as connection:
        old = (await notices.list(LOCAL_USER, 2, 1))[0].notification_id
        await connection.execute(
            "UPDATE notifications SET created_at = now() - interval '91 days'"
            " WHERE notification_id <> %s",
            [old],
        )
    async with as_owner(database) as connection:
        assert await clear_notices(connection, 1, 90) == 1
        assert await clear_notices(connection, 10, 90) == 1
        assert await clear_notices(connection, 10, 90) == 0
    assert [told.notification_id for told in await notices.list(LOCAL_USER, 10, 0)] == [old]
