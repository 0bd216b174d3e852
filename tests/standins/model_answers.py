"""What the stand-in model says: scripted answers, else those of a capable model with tools."""

import json
from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class ToolUse(BaseModel):
    """A tool call; `arguments` as text is sent as it is, valid JSON or not."""

    model_config = ConfigDict(extra="forbid")

    name: str
    arguments: dict[str, Any] | str = Field(default_factory=dict)

    def arguments_text(self) -> str:
        return self.arguments if isinstance(self.arguments, str) else json.dumps(self.arguments)


class Answer(BaseModel):
    """One answer of the endpoint, or one way to fail.

    A failure with `status` sends no stream; the others break the stream of `text` or `calls`.
    """

    model_config = ConfigDict(extra="forbid")

    text: str = ""
    #: Streamed before the text, as `delta.reasoning_content`.
    reasoning: str = ""
    calls: list[ToolUse] = []
    finish_reason: str | None = None
    #: Another status than 200, with its error message and headers.
    status: int = 200
    message: str = "The server had an error while processing your request."
    headers: dict[str, str] = {}
    #: Close the connection after so many chunks, in the middle of a frame.
    cut_after: int | None = None
    #: End the stream properly after so many chunks, but without the rest.
    stop_after: int | None = None
    #: Send this instead of the chunk after `cut_after` or the first.
    garbage: str | None = None
    #: Simulated latency before the first byte.
    delay_s: float = 0
    #: Accept the request and never answer.
    hangs: bool = False


def answer_as_capable_model(body: dict[str, Any]) -> Answer:
    """What a model would do that follows its tools: call those not called yet, then conclude."""
    messages: list[dict[str, Any]] = body["messages"]
    tools = {tool["function"]["name"]: tool["function"] for tool in body.get("tools", [])}
    if "analyse_costs" in tools:
        return _route(_last_user_text(messages))
    results = _results(messages)
    missing = [name for name in tools if name not in results]
    if missing:
        # A check comes first and alone: what follows depends on it.
        now = missing[:1] if missing[0].startswith("check") else missing
        calls = [ToolUse(name=name, arguments=_arguments(tools[name])) for name in now]
        return Answer(reasoning=f"I need {', '.join(now)}.", calls=calls)
    return Answer(text=_conclusion(results))


def _route(asked: str) -> Answer:
    words = asked.lower()
    if any(word in words for word in ("cost", "spend", "spent", "saving", "report")):
        scope = "question" if words.startswith("how much") else "analysis"
        return Answer(calls=[ToolUse(name="analyse_costs", arguments={"scope": scope})])
    return Answer(text="As a model I would say: hello, ask me about your AI costs.")


def _last_user_text(messages: Sequence[dict[str, Any]]) -> str:
    asked = [message["content"] for message in messages if message["role"] == "user"]
    return str(asked[-1]) if asked else ""


def _results(messages: Sequence[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Results by tool, since the last thing that a user said."""
    names: dict[str, str] = {}
    results: dict[str, dict[str, Any]] = {}
    for message in messages:
        if message["role"] == "user":
            results.clear()
        for call in message.get("tool_calls") or []:
            names[call["id"]] = call["function"]["name"]
        if message["role"] == "tool":
            results[names[message["tool_call_id"]]] = _data(message["content"])
    return results


def _data(content: str) -> dict[str, Any]:
    try:
        data = json.loads(content)
    except ValueError:
        return {"error": content}
    return data if isinstance(data, dict) else {}


def _arguments(function: dict[str, Any]) -> dict[str, Any]:
    """The arguments that have to be given: the first choice of each."""
    schema = function.get("parameters") or {}
    properties = schema.get("properties") or {}
    return {name: _example(properties.get(name) or {}) for name in schema.get("required") or []}


def _example(schema: dict[str, Any]) -> Any:
    if "enum" in schema:
        return schema["enum"][0]
    examples = {"integer": 1, "number": 1, "boolean": True, "array": [], "object": {}}
    return examples.get(str(schema.get("type")), "example")


def _conclusion(results: dict[str, dict[str, Any]]) -> str:
    said = ["As a model I would say:"]
    for data in results.values():
        if "total" in data:
            said.append(f"all calls together cost {data['total']} ({data['period']}).")
        if "after_usd" in data:
            said.append(f"of {data['baseline_usd']} USD, {data['after_usd']} USD would remain.")
        said += data.get("summary") or []
    return " ".join(said) if len(said) > 1 else f"{said[0]} {', '.join(results) or 'nothing'} done."
