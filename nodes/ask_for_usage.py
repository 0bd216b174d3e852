"""Asks the user for usage when there is none, and takes the answer.

The interrupt's value is `{"kind": "usage_needed", "title", "message", "accepted_formats",
"actions"}`; the answer is `{"import_id": "<uuid>"}` after an upload to POST /usage/imports, or
`{"use_sample": true, "model": "gpt-4o"}`.
"""

from typing import Any, Literal
from uuid import UUID

from langgraph.types import interrupt
from pydantic import BaseModel, ConfigDict, ValidationError

from domain.costs.formats.registry import FORMATS
from domain.errors import InvalidInput, NotFound
from tools.context import AgentContext

#: The model that the sample's calls are taken for unless the user names one.
SAMPLE_MODEL = "gpt-4o"

_ACTIONS: list[dict[str, str]] = [
    {
        "id": "upload",
        "title": "Upload a usage export",
        "description": "Send the file to POST /usage/imports, then answer with its import_id.",
    },
    {
        "id": "use_sample",
        "title": "Use the sample usage",
        "description": "An hour of real calls of two services, priced as a model of your choice.",
    },
]

#: JSON Schema of the answer.
ANSWER_SCHEMA: dict[str, Any] = {
    "title": "Usage to analyse",
    "type": "object",
    "oneOf": [
        {
            "title": "Upload a usage export",
            "properties": {
                "import_id": {
                    "type": "string",
                    "format": "uuid",
                    "title": "Import",
                    "description": "The id that POST /usage/imports returned for the upload.",
                }
            },
            "required": ["import_id"],
            "additionalProperties": False,
        },
        {
            "title": "Use the sample usage",
            "properties": {
                "use_sample": {"const": True, "title": "Use the sample usage"},
                "model": {
                    "type": "string",
                    "title": "Model that the sample's calls are priced as",
                    "default": SAMPLE_MODEL,
                    "minLength": 1,
                },
            },
            "required": ["use_sample"],
            "additionalProperties": False,
        },
    ],
}


class _Upload(BaseModel):
    model_config = ConfigDict(extra="forbid")
    import_id: UUID


class _Sample(BaseModel):
    model_config = ConfigDict(extra="forbid")
    use_sample: Literal[True]
    model: str = SAMPLE_MODEL


async def ask_for_usage(context: AgentContext, refusal: str | None) -> str | None:
    """Ask, and act on the answer; `refusal` says why the last answer was of no use.

    Returns why this answer is of no use, or None when there is usage now. Nothing happens before
    the interrupt, because everything up to it runs again when the answer comes.
    """
    answer: object = interrupt(_question(refusal), response_schema=ANSWER_SCHEMA)
    choice = _read(answer)
    if isinstance(choice, str):
        return choice
    ports = context.reach()
    if isinstance(choice, _Sample):
        try:
            await ports.samples.import_sample(context.user, choice.model.strip() or SAMPLE_MODEL)
        except (InvalidInput, NotFound) as error:
            return f"The sample could not be imported: {error}"
    if (await ports.usage.coverage(context.user)).is_empty:
        return (
            "There is still no usage after that import. Look at its rejected rows, and upload an "
            "export with at least one readable call."
        )
    return None


def _question(refusal: str | None) -> dict[str, Any]:
    message = (
        "To analyse your AI costs I need usage: one row per model call or per day, with time, "
        "model, input and output tokens. Nothing has been imported yet. Upload an export of your "
        "provider, proxy or tracing tool, or use the sample."
    )
    return {
        "kind": "usage_needed",
        "title": "Usage data is needed",
        "message": f"{refusal} {message}" if refusal else message,
        "accepted_formats": [known.title for known in FORMATS.values()],
        "actions": _ACTIONS,
    }


def _read(answer: object) -> _Upload | _Sample | str:
    """The user's choice, or why the answer is none."""
    if not isinstance(answer, dict) or not ({"import_id", "use_sample"} & answer.keys()):
        return (
            'That answer cannot be used: send {"import_id": "…"} after an upload, or '
            '{"use_sample": true, "model": "gpt-4o"}.'
        )
    try:
        if "import_id" in answer:
            return _Upload.model_validate(answer)
        return _Sample.model_validate(answer)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        return f"That answer cannot be used: {where}: {first['msg']}."
