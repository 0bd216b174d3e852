"""What a client learns of its limits: draft-ietf-httpapi-ratelimit-headers, with every answer."""

from collections.abc import Iterable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.edge.quotas import counted_quotas
from storage.rate_limits import Quota


class QuotaHeaders:
    """Adds how the limits stand that a request was counted against."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle it, and add to the answer."""

        async def send_counted(message: Message) -> None:
            if message["type"] == "http.response.start" and (counted := counted_quotas(scope)):
                headers = [*message.get("headers", ()), *quota_headers(counted)]
                message = {**message, "headers": headers}
            await send(message)

        await self._app(scope, receive, send_counted if scope["type"] == "http" else send)


def quota_headers(quotas: Iterable[Quota]) -> list[tuple[bytes, bytes]]:
    """`RateLimit-Policy` and `RateLimit`; of a user's and a key's quota the tighter one."""
    by_name: dict[str, Quota] = {}
    for quota in quotas:
        known = by_name.get(quota.policy.name)
        if known is None or (quota.remaining, known.full_in_s) < (known.remaining, quota.full_in_s):
            by_name[quota.policy.name] = quota
    policies = [
        f'"{name}";q={quota.policy.most};w={quota.policy.window_s:.0f}'
        for name, quota in by_name.items()
    ]
    now = [f'"{name}";r={quota.remaining};t={quota.full_in_s}' for name, quota in by_name.items()]
    return [
        (b"ratelimit-policy", ", ".join(policies).encode()),
        (b"ratelimit", ", ".join(now).encode()),
    ]
