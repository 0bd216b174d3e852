"""Every route, asked with another's ids: by a stranger, by a colleague, by nobody."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import httpx
import jwt

from domain.accounts.token_claims import AUDIENCE, ISSUER
from server.auth.access_tokens import AccessTokens
from server.secret_key import secret_key
from tests.isolation.operations import Operation, operations
from tests.isolation.world import World
from tests.server.auth.world import Person

#: What answers without anybody signed in, each with its reason.
PUBLIC = {
    "/health/live": "says that the process is there",
    "/health/ready": "says what is down, for whoever starts and stops it",
    "/info": "LangGraph's clients ask it before anything else",
    "/ok": "the same",
    "/auth/register": "makes an account",
    "/auth/token": "signs in",
    "/auth/refresh": "is asked with the refresh token itself",
    "/auth/revoke": "is asked with the refresh token itself",
    "/approvals/by-token/{token}": "is asked with the token of an approver's e-mail",
}

#: A tenant's people share these.
SHARED = ("import_id", "report_id", "user_id", "invitation_id")

#: The only fitting answers to somebody else's id; what is not built yet refuses everybody.
REFUSALS = (401, 403, 404, 501)

#: Streams that end with nothing but their reader.
ENDLESS = ("/stream", "/events")


@dataclass(frozen=True)
class Answer:
    """What came of an operation."""

    operation: Operation
    sent: str
    status: int
    text: str

    def __str__(self) -> str:
        return f"{self.operation}: {self.status} {self.text[:200]}"


async def ask(world: World, operation: Operation, headers: dict[str, str]) -> Answer:
    """Ask with all ids that are Alice's."""
    address = operation.address(world.ids)
    content = operation.content(world.document, world.ids)
    if operation.is_form:
        # As a file where one is wanted.
        asked = world.site.api.build_request(
            operation.method, address, headers=headers, files={"file": ("x.csv", b"a,b\n1,2\n")}
        )
    else:
        asked = world.site.api.build_request(
            operation.method, address, headers=headers, json=content
        )
    answer: httpx.Response = await world.site.api.send(asked)
    return Answer(operation, f"{address} {content}", answer.status_code, answer.text)


def all_of(world: World, wanted: Callable[[Operation], bool]) -> list[Operation]:
    return [operation for operation in operations(world.document) if wanted(operation)]


def names_hers(operation: Operation) -> bool:
    return bool(operation.names)


def names_only_hers(operation: Operation) -> bool:
    """Not what a tenant's people share."""
    return names_hers(operation) and not set(operation.names) & set(SHARED)


async def test_every_parameter_has_an_id_of_hers(world: World) -> None:
    names = {name for operation in operations(world.document) for name in operation.names}
    # A new kind of thing needs an entry in the world, or nobody asks for hers.
    assert names <= world.ids.keys()
    assert all(world.ids.values()), world.ids


async def test_she_herself_gets_all_of_it(world: World) -> None:
    """What refuses the others is whose things they are, not what is wrong with the requests."""
    reading = all_of(
        world,
        lambda each: (
            each.method == "GET"
            and names_hers(each)
            and not each.path.endswith(ENDLESS)
            # Nobody has one without an e-mail.
            and "token" not in each.names
        ),
    )
    answers = [await ask(world, operation, world.alice.bearer) for operation in reading]
    refused = [answer for answer in answers if answer.status not in (200, 501)]
    assert refused == [], "\n".join(map(str, refused))


async def test_a_stranger_gets_nothing_of_hers_and_changes_nothing(world: World) -> None:
    before = await world.state_of_alice()
    answers = [await ask(world, each, world.bob.bearer) for each in all_of(world, lambda _: True)]
    check_traces(world, answers)
    not_refused = [
        answer
        for answer in answers
        if names_hers(answer.operation) and answer.status not in REFUSALS
    ]
    assert not_refused == [], "\n".join(map(str, not_refused))
    assert await world.state_of_alice() == before


async def test_a_colleague_gets_what_is_shared_and_no_more(world: World) -> None:
    before = await world.state_of_alice()
    operations_ = all_of(world, names_only_hers)
    answers = [await ask(world, each, world.carol.bearer) for each in operations_]
    not_refused = [each for each in answers if each.status not in REFUSALS]
    assert not_refused == [], "\n".join(map(str, not_refused))
    check_traces(world, answers)
    assert await world.state_of_alice() == before


def check_traces(world: World, answers: list[Answer]) -> None:
    """No answer fails, and none shows anything of Alice's."""
    failed = [answer for answer in answers if answer.status >= 500 and answer.status != 501]
    assert failed == [], "\n".join(map(str, failed))
    traces = [
        f"{answer}: shows {trace}"
        for answer in answers
        if (trace := world.trace_of_alice(answer.text, answer.sent))
    ]
    assert traces == [], "\n".join(traces)


async def test_anothers_id_looks_like_nobodys(world: World) -> None:
    """Nothing tells a stranger that an id is somebody's."""
    nobodys = {name: str(uuid4()) for name in world.ids} | {"namespace": world.ids["namespace"]}
    different: list[str] = []
    for operation in all_of(world, names_hers):
        hers = await ask(world, operation, world.bob.bearer)
        unknown = replace(world, ids=nobodys)
        none = await ask(unknown, operation, world.bob.bearer)
        text = hers.text
        for name, value in world.ids.items():
            text = text.replace(value, nobodys[name])
        if (hers.status, text) != (none.status, none.text):
            different.append(f"{hers} <> {none}")
    assert different == [], "\n".join(different)


async def bad_tokens(world: World) -> dict[str, dict[str, str]]:
    """Headers that are nobody's, by what is wrong with them."""
    alice = world.alice
    key = secret_key(world.site.services.settings)
    claims = jwt.decode(alice.access, options={"verify_signature": False})
    now = datetime.now(UTC)

    def signed(**changes: object) -> str:
        made = AccessTokens(key, 60, lambda: now)
        fresh = jwt.decode(
            made.make(alice.user_id, UUID(claims["sid"])), options={"verify_signature": False}
        )
        return jwt.encode({**fresh, **changes}, made._key, "HS256")

    head, body, signature = alice.access.split(".")
    # The untouched one is good: what refuses the others is what is wrong with them.
    good = {"Authorization": f"Bearer {signed()}"}
    assert (await world.site.api.get("/account", headers=good)).status_code == 200
    gone = await world.site.person("gone")
    revoked_key = await world.site.key(gone, "read", "write")
    keys = (await world.site.api.get("/account/keys", headers=gone.bearer)).json()
    listed = keys if isinstance(keys, list) else next(iter(keys.values()))
    for each in listed:
        await world.site.api.delete(f"/account/keys/{each['key_id']}", headers=gone.bearer)
    await revoke(world, gone)
    return {
        "none": {},
        "empty": {"Authorization": "Bearer "},
        "another scheme": {"Authorization": f"Basic {alice.access}"},
        "expired": {"Authorization": f"Bearer {signed(exp=now - timedelta(seconds=1))}"},
        "without an end": {"Authorization": f"Bearer {signed(exp=None)}"},
        "wrong audience": {"Authorization": f"Bearer {signed(aud=f'not {AUDIENCE}')}"},
        "wrong issuer": {"Authorization": f"Bearer {signed(iss=f'not {ISSUER}')}"},
        "unknown sign-in": {"Authorization": f"Bearer {signed(sid=str(uuid4()))}"},
        "another's sign-in": {"Authorization": f"Bearer {signed(sub=world.bob.user_id)}"},
        "tampered signature": {"Authorization": f"Bearer {head}.{body}.{signature[::-1]}"},
        "no signature": {"Authorization": f"Bearer {jwt.encode(claims, '', 'none')}"},
        "signed with nothing": {"Authorization": f"Bearer {head}.{body}."},
        "a refresh token": {"Authorization": f"Bearer {alice.refresh}"},
        "revoked sign-in": gone.bearer,
        "revoked key": {"X-Api-Key": revoked_key},
        "unknown key": {"X-Api-Key": f"{revoked_key[:-4]}aaaa"},
    }


async def revoke(world: World, person: Person) -> None:
    """End a person's sign-ins."""
    answer = await world.site.api.post("/auth/revoke", json={"refresh_token": person.refresh})
    assert answer.is_success, answer.text


async def test_nobody_gets_anything(world: World) -> None:
    before = await world.state_of_alice()
    private = all_of(world, lambda operation: operation.path not in PUBLIC)
    let_in: list[str] = []
    for wrong, headers in (await bad_tokens(world)).items():
        answers = [await ask(world, operation, headers) for operation in private]
        let_in += [f"{wrong}: {answer}" for answer in answers if answer.status != 401]
        check_traces(world, answers)
    assert let_in == [], "\n".join(let_in)
    assert await world.state_of_alice() == before
