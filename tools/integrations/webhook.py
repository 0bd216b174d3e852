"""Any other service that speaks HTTP: one request, signed as its connection says."""

import base64
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Final, Literal

from pydantic import Field, HttpUrl, field_validator
from standardwebhooks import Webhook

from domain.connections import ADDRESS, BUILT_IN_KINDS, ConnectionField, ConnectionKind
from domain.errors import AnswerTooLarge, CallRefused, InvalidInput, ProviderRefused
from tools.http_client import BadAddress, CallFailed
from tools.http_sign_in import ConnectionAuth, is_below
from tools.integration import Action, Call, Integration
from tools.provider_answers import Failure, failed, lost
from tools.task_shapes import TaskParams, TaskResult
from tools.triggers.webhook import TRIGGERS

_NAME: Final = "The called server"
#: What the client says itself, or what would send a request elsewhere than it seems.
_OWN_HEADERS: Final = frozenset(
    {
        *("host", "content-length", "transfer-encoding", "connection", "te", "upgrade"),
        *("proxy-authorization", "webhook-id", "webhook-timestamp", "webhook-signature"),
    }
)
_READING: Final = frozenset({"GET", "HEAD"})
_SHOWN: Final = 300

HeaderName = Annotated[str, Field(pattern=r"^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$")]
HeaderValue = Annotated[str, Field(pattern=r"^[\t -~\u0080-\uffff]*$", max_length=8_000)]
Status = Annotated[int, Field(ge=100, le=599)]

SIGNED: Final = ConnectionKind(
    "webhook_signing",
    "Signed webhooks",
    "Requests are signed as in Standard Webhooks, so that the receiver knows who sent them.",
    (
        ConnectionField(
            "base_url",
            "Address",
            help="Only requests below it are signed, such as https://api.example.com.",
            pattern=ADDRESS,
        ),
        ConnectionField(
            "signing_key",
            "Signing key",
            is_secret=True,
            help="whsec_ and a key in base64, which the receiver has as well.",
            pattern=r"whsec_[A-Za-z0-9+/]{32,}={0,2}",
        ),
    ),
)


class NewRequest(TaskParams):
    """A request."""

    url: HttpUrl = Field(
        title="Address",
        description="Public, unless the operator allows it.",
        examples=["https://api.example.com/orders"],
    )
    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"] = Field(
        default="POST", title="Method"
    )
    headers: dict[HeaderName, HeaderValue] = Field(
        default_factory=dict,
        title="Headers",
        description="No credentials: these come from the connection.",
        max_length=50,
        examples=[{"Accept": "application/json"}],
    )
    query: dict[str, str] = Field(
        default_factory=dict, title="Query", description="Added to the address.", max_length=50
    )
    body: Any = Field(
        default=None,
        title="Body",
        description="A text is sent as it is, everything else as JSON.",
        examples=[{"order": "{{trigger_data.payment.id}}"}],
    )
    expect_status: list[Status] = Field(
        default_factory=list,
        title="Statuses that are fine",
        description="Left empty, 200 to 299.",
        max_length=20,
        examples=[[200, 404]],
    )

    @field_validator("headers")
    @classmethod
    def _are_free(cls, headers: dict[str, str]) -> dict[str, str]:
        for name in headers:
            if name.lower() in _OWN_HEADERS:
                raise ValueError(f"the header {name} is set by the service itself; leave it out")
        return headers


class Answer(TaskResult):
    """What came back."""

    status: int = Field(examples=[200])
    headers: dict[str, str] = Field(description="By their names in lower case.")
    body: Any = Field(description="JSON as data, other text as text, anything else in base64.")
    url: str = Field(description="Where it came from, behind redirects.")


async def _request(call: Call, params: NewRequest) -> Answer:
    answer = await _send(call, params)
    fine = params.expect_status
    if answer.status in fine or (not fine and 200 <= answer.status < 300):
        return answer
    text = answer.body if isinstance(answer.body, str) else json.dumps(answer.body)
    said = f"it answered with status {answer.status}: {text[:_SHOWN]}"
    raise failed(
        _NAME,
        Failure(answer.status, said, answer.headers),
        changes=params.method not in _READING,
    )


async def _send(call: Call, params: NewRequest) -> Answer:
    """What comes back, whatever its status."""
    changes = params.method not in _READING
    content, headers = _content(params)
    if changes:
        # Not every server honours it; whoever does answers a repetition without doing it again.
        headers.setdefault("Idempotency-Key", call.key)
    auth, signature = _sign_in(call, str(params.url), content)
    try:
        response = await call.http.request(
            params.method,
            str(params.url),
            params=params.query or None,
            content=content or None,
            headers={**headers, **signature},
            auth=auth,
        )
    except BadAddress as error:
        raise ProviderRefused(_NAME, "its address cannot be called", "Correct it.") from error
    except (CallFailed, AnswerTooLarge) as error:
        raise lost(_NAME, error, changes=changes) from error
    return Answer(
        status=response.status_code,
        headers=dict(response.headers),
        body=_decoded(response.headers.get("content-type", ""), response.content),
        url=str(response.url),
    )


def _content(params: NewRequest) -> tuple[bytes, dict[str, str]]:
    """The body's bytes, and the headers that go with it."""
    headers = dict(params.headers)
    names = {name.lower() for name in headers}
    if params.body is None:
        return b"", headers
    if isinstance(params.body, str):
        kind, content = "text/plain; charset=utf-8", params.body.encode()
    else:
        kind = "application/json"
        content = json.dumps(params.body, ensure_ascii=False).encode()
    if "content-type" not in names:
        headers["Content-Type"] = kind
    return content, headers


def _sign_in(
    call: Call, url: str, content: bytes
) -> tuple[ConnectionAuth | None, Mapping[str, str]]:
    """What signs the request: the client's authentication, or headers; neither without one."""
    if call.connection is None:
        return None, {}
    if call.connection.kind != SIGNED.name:
        return ConnectionAuth(call.connection), {}
    if not is_below(url, call.connection.settings["base_url"]):
        raise CallRefused(
            "The signing key of this connection is for another address. Call that, or use another "
            "connection."
        )
    try:
        signer = Webhook(call.connection["signing_key"])
    except ValueError as error:
        raise ProviderRefused(
            _NAME, "the signing key is no base64", "Enter it again in the connection."
        ) from error
    now = datetime.now(UTC)
    return None, {
        # The same for a repetition, so that the receiver knows it.
        "webhook-id": f"msg_{call.key[:32]}",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": signer.sign(f"msg_{call.key[:32]}", now, content.decode()),
    }


def _decoded(media_type: str, content: bytes) -> Any:
    bare = media_type.partition(";")[0].strip().lower()
    if bare == "application/json" or bare.endswith("+json"):
        try:
            return json.loads(content) if content else None
        except ValueError:
            pass
    try:
        return content.decode()
    except UnicodeDecodeError:
        return base64.b64encode(content).decode()


async def _test(call: Call) -> str:
    """Read the connection's own address; nothing else is known of the service."""
    address = call.secrets.settings.get("base_url")
    if address is None:
        raise InvalidInput("This connection has no address to try it with. Use it in a step.")
    answer = await _send(call, NewRequest(url=HttpUrl(address), method="GET"))
    if answer.status in (401, 403) or answer.status >= 500:
        raise ProviderRefused(
            _NAME,
            f"{address} answered with status {answer.status}",
            "Check its address and the credentials.",
        )
    return f"{address} was reached and answered with status {answer.status}."


INTEGRATION: Final = Integration(
    service="webhook",
    title="HTTP request",
    description="Any other service: one request, signed as its connection says.",
    triggers=TRIGGERS,
    actions=(
        Action(
            name="request",
            title="Send a request",
            description="Call an address, and go on with what it answers.",
            params=NewRequest,
            result=Answer,
            # Whether the other side honours the key is not known.
            effect="unsafe",
            run=_request,
            optional_kinds=(*(kind.name for kind in BUILT_IN_KINDS), SIGNED.name),
            phrases=(
                *("call the webhook", "send a request", "call the api", "make an http request"),
                *("post it to", "send it to the url", "call the url", "send a webhook"),
            ),
        ),
    ),
    kinds=(*BUILT_IN_KINDS, SIGNED),
    test=_test,
    aliases=("http", "api", "rest", "url", "http request"),
)
