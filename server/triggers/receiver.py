"""Taking deliveries in: verified, told from repetitions, and kept with the runs that they start."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from domain.errors import Conflict, InvalidInput, NotFound, TooManyRequests
from domain.identity import UserContext
from domain.webhooks.endpoints import Delivery, Endpoint, Verdict
from domain.webhooks.events import Event, UnreadableEvent, wants
from domain.webhooks.incoming import Incoming, Signed
from domain.webhooks.parsing import parsed
from domain.webhooks.schemes import verified
from domain.workflows.starts import WorkflowStart
from server.triggers.starts import Starts
from storage.database import Connection, Database
from storage.deliveries import (
    DeliveryRepository,
    NewDelivery,
    Start,
    accept_delivery,
    cap_quarantine,
    delivery_before,
    keep_delivery,
    note_starts,
)
from storage.rate_limits import Policy, Use, count
from storage.webhook_endpoints import EndpointDoor, EndpointRepository, OpenEndpoint

#: Of what nobody vouches for, so many deliveries of each endpoint are kept, so many a minute, and
#: bodies up to so many bytes.
_QUARANTINED: Final = 100
_QUARANTINE: Final = Policy("quarantine", 60)
_QUARANTINED_BYTES: Final = 64 * 1024

#: Headers that are kept: what signs, what is read, and what says who sent it.
_KEPT_HEADERS: Final = frozenset(
    {
        *("content-type", "user-agent", "webhook-id", "webhook-timestamp", "webhook-signature"),
        *("stripe-signature", "x-razorpay-signature", "x-razorpay-event-id", "x-twilio-signature"),
        *("x-slack-signature", "x-slack-request-timestamp", "x-slack-retry-num"),
        *("i-twilio-idempotency-token", "x-github-event", "x-github-delivery", "x-event"),
    }
)


@dataclass(frozen=True, slots=True)
class Request:
    """What a stranger sent to an address."""

    service: str
    token: str
    #: The path with its query, as it was called.
    target: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Received:
    """What became of a delivery, and what its sender wants to hear."""

    verdict: Verdict
    reason: str | None = None
    runs: Sequence[UUID] = ()
    answer: str | None = None
    delivery_id: UUID | None = None


class Receiver:
    """Takes deliveries in."""

    def __init__(
        self, database: Database, door: EndpointDoor, starts: Starts, public_url: str
    ) -> None:
        """`public_url` is what providers know the service by."""
        self._database = database
        self._door = door
        self._starts = starts
        self._public_url = public_url
        self._deliveries = DeliveryRepository(database)

    def reached_at(self, public_url: str) -> "Receiver":
        """The same where providers know the service by another address."""
        return Receiver(self._database, self._door, self._starts, public_url)

    async def receive(self, request: Request) -> Received:
        """Verify a delivery, keep it, and start what it starts.

        Raises `NotFound` for an address that is nobody's, and `TooManyRequests`.
        """
        called = await self._door.called(request.service, request.token)
        incoming = Incoming(
            self._public_url + request.target,
            request.headers,
            request.body,
            called.called_at.timestamp(),
        )
        new = _new(called.endpoint, incoming, called.called_at)
        try:
            signed = verified(called.endpoint.scheme, incoming, called.secrets)
        except InvalidInput as error:
            return await self._quarantined(called, new, str(error))
        return await self._signed(called.owner, new, incoming, signed)

    async def replay(
        self, user: UserContext, delivery_id: UUID, request_id: str, endpoints: EndpointRepository
    ) -> Received:
        """Take a kept delivery in again; the same request twice does it once.

        One that nobody vouched for is verified anew, with the secrets that its endpoint has now.
        Raises `NotFound`, `Conflict` when its body was not kept, `SignatureRefused`.
        """
        kept = await self._deliveries.get(user, delivery_id)
        if kept.body is None:
            raise Conflict("The body of this delivery was not kept. Let its sender send it again.")
        endpoint = await endpoints.get(user, kept.endpoint_id)
        incoming = Incoming(kept.url, kept.headers, kept.body, kept.received_at.timestamp())
        new = replace(_new(endpoint, incoming, kept.received_at), replay_of=delivery_id)
        if kept.verdict == "quarantined":
            secrets = await endpoints.secrets(user, kept.endpoint_id)
            # Under the key of the event itself, so that the sender's own repetition is one.
            signed = verified(endpoint.scheme, incoming, secrets)
        else:
            signed = Signed(f"replay {delivery_id} {request_id}", kept.fingerprint or "")
        return await self._signed(user, new, incoming, signed)

    async def _signed(
        self, user: UserContext, new: NewDelivery, incoming: Incoming, signed: Signed
    ) -> Received:
        new = replace(new, dedup_key=signed.dedup_key, fingerprint=signed.fingerprint)
        try:
            event = parsed(new.service, incoming)
        except UnreadableEvent as error:
            return await self._kept(user, new, "invalid", str(error))
        if event.answer is not None:
            return Received("ok", answer=event.answer)
        said = {"sender": event.sender, "receiver": event.receiver}
        new = replace(new, event=event.name, task=event.task, **said)
        begins: list[Callable[[], None]] = []
        async with self._database.pipelined(user) as connection:
            accepted = await accept_delivery(connection, user, new)
            if accepted is None:
                received = await self._repeated(connection, user, new, signed)
            else:
                received = await self._started(connection, user, event, *accepted, begins)
        for begin in begins:
            begin()
        return received

    async def _repeated(
        self, connection: Connection, user: UserContext, new: NewDelivery, signed: Signed
    ) -> Received:
        before = await delivery_before(connection, user, new.endpoint_id, signed.dedup_key)
        verdict, reason = _repetition(before, signed)
        await keep_delivery(connection, user, replace(new, body=None), verdict, reason)
        return Received(verdict, reason, _runs(before.starts), delivery_id=before.delivery_id)

    async def _started(
        self,
        connection: Connection,
        user: UserContext,
        event: Event,
        delivery_id: UUID,
        triggers: Sequence[Start],
        begins: list[Callable[[], None]],
    ) -> Received:
        wanted = [each for each in triggers if wants(each.params, event.data)]
        starts = [await self._start(connection, user, event, each, begins) for each in wanted]
        reason = None
        if not starts:
            reason = f"No active workflow of yours starts with this ({event.name})."
        await note_starts(connection, user, delivery_id, starts, reason)
        return Received("ok", reason, _runs(starts), delivery_id=delivery_id)

    async def _start(
        self,
        connection: Connection,
        user: UserContext,
        event: Event,
        trigger: Start,
        begins: list[Callable[[], None]],
    ) -> dict[str, Any]:
        start = WorkflowStart(trigger.workflow_id, "webhook", event.data, trigger.node_id)
        whose = {"workflow_id": str(trigger.workflow_id), "node_id": trigger.node_id}
        try:
            # One that cannot start leaves nothing, and stops no other.
            accepted = await self._starts.start_in(connection, user, start)
        except (Conflict, NotFound, TooManyRequests) as error:
            return {**whose, "problem": str(error)}
        begins.append(accepted.begin)
        started = accepted.started
        return {**whose, "run_id": str(started.run_id), "thread_id": str(started.thread_id)}

    async def _kept(
        self, user: UserContext, new: NewDelivery, verdict: Verdict, reason: str
    ) -> Received:
        async with self._database.transaction(user) as connection:
            await keep_delivery(connection, user, new, verdict, reason)
        return Received(verdict, reason)

    async def _quarantined(self, called: OpenEndpoint, new: NewDelivery, reason: str) -> Received:
        endpoint_id, owner = new.endpoint_id, called.owner
        [quota] = await count(self._database, [Use(_QUARANTINE, str(endpoint_id))])
        if quota.fitted:
            is_small = len(new.body or b"") <= _QUARANTINED_BYTES
            new = replace(new, body=new.body if is_small else None)
            async with self._database.transaction(owner) as connection:
                await keep_delivery(connection, owner, new, "quarantined", reason)
                await cap_quarantine(connection, owner, endpoint_id, _QUARANTINED)
        return Received("quarantined", reason)


def _new(endpoint: Endpoint, incoming: Incoming, received_at: datetime) -> NewDelivery:
    kept = {name: value for name, value in incoming.headers.items() if name in _KEPT_HEADERS}
    header = endpoint.scheme.header.lower()
    if endpoint.scheme.kind == "hmac" and header in incoming.headers:
        kept[header] = incoming.headers[header]
    return NewDelivery(
        endpoint_id=endpoint.endpoint_id,
        connection_id=endpoint.connection_id,
        service=endpoint.service,
        headers=kept,
        url=incoming.url,
        body=incoming.body,
        received_at=received_at,
    )


def _repetition(before: Delivery, signed: Signed) -> tuple[Verdict, str]:
    name = before.delivery_id
    if before.fingerprint == signed.fingerprint:
        return "duplicate", f"It came before, as the delivery {name}."
    return "conflict", f"The delivery {name} had the same id and another body."


def _runs(starts: Sequence[Mapping[str, Any]]) -> list[UUID]:
    return [UUID(str(start["run_id"])) for start in starts if "run_id" in start]
