"""Tidying up: every night, or on demand, what is no longer kept is cleared away."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import aclosing, suppress

from checkpoints.retention import oldest_wanted, prune
from domain.errors import DatabaseUnreachable
from domain.retention import Cleared, Retention
from server.settings import Settings
from storage.database import DatabaseError
from storage.retention import Tidying, tidying

logger = logging.getLogger(__name__)

#: A process that has just started has other things to do first, seconds.
_FIRST_LOOK_S = 60.0

#: How soon to look again while another process tidies up or the database is away, seconds.
_LOOK_AGAIN_S = 600.0


def kept(settings: Settings) -> Retention:
    """How long the settings keep what."""
    return Retention(
        stream_parts_h=settings.keep_stream_parts_h,
        checkpoints=settings.keep_checkpoints,
        runs_days=settings.keep_runs_days,
        executions_days=settings.keep_workflow_runs_days,
        executions_of_workflow=settings.keep_workflow_runs,
        sign_ins_good_days=settings.session_days,
        audit_days=settings.keep_audit_days,
        deliveries_days=settings.keep_deliveries_days,
    )


async def tidy(url: str, retention: Retention, may_go_on: Callable[[], bool]) -> Cleared | None:
    """Clear away what is no longer kept; None when another process is at it."""
    async with tidying(url, may_go_on) as at_work:
        return await _clear(at_work, retention) if at_work else None


class NightlyTidying:
    """Tidies up once a day: one process of all that share the database.

    Who was not running at that hour makes up for it later.
    """

    def __init__(self, url: str, retention: Retention, hour: int) -> None:
        """`hour` is in UTC, by the database's clock."""
        self._url = url
        self._retention = retention
        self._hour = hour
        self._stopping = asyncio.Event()

    async def run(self) -> None:
        """Tidy up whenever it is due, until stopped."""
        wait_s = _FIRST_LOOK_S
        while not self._stopping.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(wait_s):
                    await self._stopping.wait()
                return
            try:
                wait_s = await self.look()
            except (DatabaseError, DatabaseUnreachable) as error:
                wait_s = _LOOK_AGAIN_S
                logger.warning("Tidying up stopped, trying again in %.0f s: %s", wait_s, error)

    async def look(self) -> float:
        """Tidy up if it is due; returns in how many seconds to look again."""
        async with tidying(self._url, self._may_go_on) as at_work:
            if at_work is None:
                return _LOOK_AGAIN_S
            is_due, next_s = await at_work.is_due(self._hour)
            if is_due:
                cleared = await _clear(at_work, self._retention)
                logger.info("%s", cleared.sentence())
            return next_s

    def stop(self) -> None:
        """Stop after the transaction that is under way."""
        self._stopping.set()

    def _may_go_on(self) -> bool:
        return not self._stopping.is_set()


async def _clear(at_work: Tidying, retention: Retention) -> Cleared:
    cleared = Cleared()
    cleared.stream_parts = await at_work.clear_stream_parts(retention.stream_parts_h)
    cleared.threads = await at_work.clear_gone_threads(retention.gone_threads_h)
    if retention.runs_days:
        cleared.runs = await at_work.clear_runs(retention.runs_days)
    days, most = retention.executions_days, retention.executions_of_workflow
    cleared.executions = await at_work.clear_executions(days, most)
    if at_work.may_go_on():
        good_days, keep_days = retention.sign_ins_good_days, retention.sign_ins_days
        await at_work.clear_sign_ins(good_days, keep_days)
    if retention.checkpoints != "all":
        await _clear_checkpoints(at_work, retention, cleared)
    cleared.counts = await at_work.clear_counts()
    if retention.audit_days:
        cleared.audit_entries = await at_work.clear_audit_log(retention.audit_days)
    cleared.deliveries = await at_work.clear_deliveries(retention.deliveries_days)
    cleared.schedule_fires = await at_work.clear_schedule_fires(retention.deliveries_days)
    days = retention.notifications_days
    cleared.notifications = await at_work.clear_notifications(days)
    if at_work.may_go_on():
        await at_work.finish(cleared)
    return cleared


async def _clear_checkpoints(at_work: Tidying, retention: Retention, cleared: Cleared) -> None:
    before = oldest_wanted(retention.checkpoints, await at_work.now())
    async with aclosing(at_work.threads_with_old_checkpoints(before)) as threads:
        async for thread_id in threads:
            pruned = await prune(at_work.connection, thread_id, before, at_work.may_go_on)
            cleared.checkpoints += pruned.checkpoints
            cleared.values += pruned.values
