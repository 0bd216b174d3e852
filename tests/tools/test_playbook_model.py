"""The playbook model sends what a chat model would send: streamed text, then tool calls."""

import json
from typing import cast

from langchain_core.messages import AIMessage, AIMessageChunk, HumanMessage
from langchain_core.messages.ai import add_ai_message_chunks

from tools.playbook_model import Move, PlaybookModel, ToolRequest

TEXT = "One sentence that is longer than a piece.\n\n- a point\n- another point, with words\n"


async def _stream(move: Move) -> list[AIMessageChunk]:
    model = PlaybookModel(playbook=lambda messages: move)
    return [cast(AIMessageChunk, chunk) async for chunk in model.astream([HumanMessage("hi")])]


async def test_the_pieces_join_to_exactly_the_answer():
    chunks = await _stream(Move(answer=TEXT))
    assert "".join(chunk.text for chunk in chunks) == TEXT
    assert sum(1 for chunk in chunks if chunk.text) > 1


async def test_the_message_names_the_playbook_as_its_model():
    chunks = await _stream(Move(answer="Hello"))
    whole = add_ai_message_chunks(chunks[0], *chunks[1:])
    assert whole.response_metadata["model"] == "playbook"
    assert whole.response_metadata["finish_reason"] == "stop"


async def test_thoughts_are_reasoning_and_not_part_of_the_answer():
    chunks = await _stream(Move(thought="I check the data.", answer="Done."))
    whole = add_ai_message_chunks(chunks[0], *chunks[1:])
    assert whole.additional_kwargs["reasoning_content"] == "I check the data."
    assert whole.text == "Done."


async def test_calls_arrive_as_parsed_tool_calls_with_ids_of_their_own():
    calls = (ToolRequest("a"), ToolRequest("b", {"limit": 3}))
    chunks = await _stream(Move(calls=calls))
    whole = add_ai_message_chunks(chunks[0], *chunks[1:])
    assert [(call["name"], call["args"]) for call in whole.tool_calls] == [
        ("a", {}),
        ("b", {"limit": 3}),
    ]
    assert len({call["id"] for call in whole.tool_calls}) == 2
    assert json.loads(whole.tool_call_chunks[1]["args"] or "") == {"limit": 3}


def test_without_streaming_the_message_says_the_same():
    move = Move(thought="So.", calls=(ToolRequest("a", {"x": 1}),), answer="Text")
    message = PlaybookModel(playbook=lambda messages: move).invoke("hi")
    assert isinstance(message, AIMessage)
    assert message.text == "Text"
    assert message.tool_calls[0]["args"] == {"x": 1}
    assert message.response_metadata["model"] == "playbook"


async def test_the_playbook_sees_all_messages():
    seen: list[int] = []

    def play(messages):
        seen.append(len(messages))
        return Move(answer="ok")

    await PlaybookModel(playbook=play).ainvoke([HumanMessage("a"), HumanMessage("b")])
    assert seen == [2]
