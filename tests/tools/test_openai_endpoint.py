"""The model's endpoint is called where it is configured, and leads nowhere else inside."""

import httpx2
import pytest

from domain.errors import CallRefused, InvalidSettings
from tests.standins.http_server import HttpServer, running_http_server
from tools.model_settings import ModelSettings
from tools.openai_endpoint import OpenAIEndpoint


async def test_a_configured_endpoint_may_be_inside_and_leads_to_nothing_else_inside(
    server: HttpServer,
) -> None:
    async with running_http_server() as other:
        server.redirect("/v1/models", f"http://127.0.0.1:{other.port}/v1/models")
        endpoint = OpenAIEndpoint(ModelSettings(base_url=f"http://127.0.0.1:{server.port}/v1"))
        failure = await endpoint.look()
        await endpoint.aclose()
    assert failure is not None
    assert failure.is_outage
    assert failure.reason.startswith("may not be called: 127.0.0.1, port ")
    assert (server.connections, other.connections) == (1, 0)


async def test_the_key_stays_with_the_endpoint(server: HttpServer) -> None:
    async with running_http_server() as other:
        base_url = f"http://127.0.0.1:{server.port}/v1"
        endpoint = OpenAIEndpoint(ModelSettings(base_url=base_url, api_key="sk-hidden"))
        client = endpoint.model.root_async_client  # pyright: ignore[reportAttributeAccessIssue]
        server.redirect("/v1/models", f"http://localhost:{other.port}/")
        await endpoint.look()
        assert server.asked[0].headers["authorization"] == "Bearer sk-hidden"
        assert other.asked == []
        with pytest.raises(CallRefused):
            await client._client.get(f"http://127.0.0.1:{other.port}/")
        await endpoint.aclose()


def test_calls_that_block_go_nowhere() -> None:
    endpoint = OpenAIEndpoint(ModelSettings(model="any"))
    blocking = endpoint.model.root_client._client  # pyright: ignore[reportAttributeAccessIssue]
    assert isinstance(blocking, httpx2.Client)
    with pytest.raises(CallRefused):
        blocking.get("https://api.openai.com/v1/models")


@pytest.mark.parametrize("base_url", ["http://", "localhost:1", "ftp://x/", "http://127.1/v1"])
def test_what_is_no_address_stops_the_start(base_url: str) -> None:
    with pytest.raises(InvalidSettings, match="OPENAI_BASE_URL cannot be used"):
        OpenAIEndpoint(ModelSettings(base_url=base_url))
