"""A graph whose node signs a call with a connection, and repeats all that it hears."""

import logging
from typing import Annotated, Any, TypedDict
from uuid import UUID

from langchain_core.messages import AIMessage
from langgraph.config import get_stream_writer
from langgraph.graph import START, StateGraph
from langgraph.graph.message import add_messages
from langgraph.runtime import Runtime
from langgraph.types import interrupt

from tools.context import AgentContext, context_of
from tools.http_client import http_client
from tools.http_sign_in import ConnectionAuth

logger = logging.getLogger("canary.provider")


class State(TypedDict):
    mode: str
    connection_id: str
    port: int
    messages: Annotated[list[Any], add_messages]
    echo: Any


async def call(state: State, runtime: Runtime[AgentContext]) -> dict[str, Any]:
    context = context_of(runtime)
    revealed = await context.reach().credentials.reveal(context.user, UUID(state["connection_id"]))
    logger.debug("calling with %s", dict(zip(["secret"], revealed._secrets.values(), strict=True)))
    url = f"http://127.0.0.1:{state['port']}/echo"
    async with http_client(context.reach().egress.of(context.tenant_id)) as client:
        body = (await client.get(url, auth=ConnectionAuth(revealed))).text
    get_stream_writer()({"heard": body})
    try:
        raise LookupError(body)
    except LookupError:
        logger.exception("the provider refused")
    if state["mode"] == "fail":
        raise RuntimeError(f"The provider said: {body}")
    if state["mode"] == "ask":
        interrupt({"heard": body})
    return {"messages": [AIMessage(body)], "echo": {"bytes": body.encode(), "text": [body] * 3}}


builder = StateGraph(State, context_schema=AgentContext)
builder.add_node("call", call, metadata={"goldenpath": {"agent": "caller"}})
builder.add_edge(START, "call")
graph = builder.compile()
