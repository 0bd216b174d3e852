"""Results are read back the same, whichever model had called the tools."""

from typing import Literal

from langchain_core.messages import AIMessage, HumanMessage, ToolMessage

from nodes.read_tool_results import lacks_usage, latest_by_name, results_since_request


def _result(
    name: str, content: str, status: Literal["success", "error"] = "success"
) -> ToolMessage:
    return ToolMessage(content, tool_call_id="1", name=name, status=status)


def test_only_results_since_the_last_request_count():
    messages = [HumanMessage("a"), _result("x", '{"n": 1}'), HumanMessage("b"), AIMessage("")]
    assert results_since_request(messages) == []


def test_the_last_result_of_a_tool_wins():
    messages = [HumanMessage("a"), _result("x", '{"n": 1}'), _result("x", '{"n": 2}')]
    assert latest_by_name(messages)["x"].data == {"n": 2}


def test_an_error_is_its_sentence():
    found = latest_by_name([_result("x", "It is broken. Repair it.", "error")])["x"]
    assert (found.data, found.error) == ({}, "It is broken. Repair it.")


def test_missing_usage_is_noticed_until_there_is_a_new_request():
    messages = [HumanMessage("a"), _result("x", '{"status": "no_usage"}')]
    assert lacks_usage(messages)
    assert not lacks_usage([*messages, HumanMessage("There is usage now.")])
