"""The edge in its order, from the outside in."""

from collections.abc import Iterable
from functools import partial

from starlette.types import ASGIApp

from server.browsers import Origins
from server.edge.body_limits import BodyLimits, request_limit, upload_limit, webhook_limit
from server.edge.client_addresses import ClientAddresses, networks
from server.edge.hosts import HostCheck, KnownHosts
from server.edge.origins import OriginCheck
from server.edge.quota_headers import QuotaHeaders
from server.edge.request_ids import RequestIds
from server.edge.security_headers import SecurityHeaders
from server.edge_settings import listed
from server.settings import Settings

#: Paths that take files.
_UPLOADS = ("/usage/imports", "/files", "/app/gradio_api/upload")
#: Where providers deliver.
_WEBHOOKS = "/webhooks/"


def with_edge(app: ASGIApp, settings: Settings, origins: Origins, names: Iterable[str]) -> ASGIApp:
    """An application behind all that every request passes.

    `names` are hosts that it is reached by besides those of the settings. CORS headers and the
    counting of requests are further in: they need what the application knows.
    """
    hosts = KnownHosts((*settings.known_hosts, *names))
    proxies = networks(listed(settings.trusted_proxies))
    upload = upload_limit(settings.upload_mb)
    usual = request_limit(settings.body_kb)
    by_folder = {_WEBHOOKS: webhook_limit(settings.webhook_kb)}
    outside_in = (
        *((partial(ClientAddresses, proxies=proxies),) if proxies else ()),
        RequestIds,
        partial(SecurityHeaders, is_https=settings.is_https),
        partial(HostCheck, hosts=hosts),
        partial(OriginCheck, hosts=hosts, origins=origins),
        partial(
            BodyLimits, usual=usual, by_path=dict.fromkeys(_UPLOADS, upload), by_folder=by_folder
        ),
        *((QuotaHeaders,) if settings.auth != "local" else ()),
    )
    for layer in reversed(outside_in):
        app = layer(app)
    return app
