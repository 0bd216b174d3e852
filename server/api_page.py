"""The API described on one page, without anything from elsewhere."""

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any, Final

from fastapi import FastAPI
from fastapi.responses import HTMLResponse

_STYLE: Final = """
:root { color-scheme: light dark; font: 14px/1.5 system-ui; }
body { max-width: 72ch; margin: 32px auto; padding: 0 16px; }
h2 { margin-top: 32px; }
summary { cursor: pointer; padding: 4px 0; }
code { font-family: ui-monospace, monospace; font-variant-numeric: tabular-nums; }
b { display: inline-block; min-width: 8ch; }
dd { margin-left: 16px; }
"""
_METHODS: Final = ("get", "post", "put", "patch", "delete")


def add_api_page(app: FastAPI) -> None:
    """Serve it at /docs."""
    page: list[str] = []

    @app.get("/docs", include_in_schema=False, response_class=HTMLResponse)
    async def docs() -> str:
        if not page:
            page.append(api_page(app.openapi()))
        return page[0]


def api_page(schema: Mapping[str, Any]) -> str:
    """The page of an OpenAPI description."""
    title = escape(schema["info"]["title"])
    by_tag: dict[str, list[str]] = {}
    for path, operations in schema["paths"].items():
        for method in _METHODS:
            if operation := operations.get(method):
                tag = next(iter(operation.get("tags", ())), "other")
                by_tag.setdefault(tag, []).append(_entry(method, path, operation))
    sections = "".join(
        f"<section><h2>{escape(tag)}</h2>{''.join(entries)}</section>"
        for tag, entries in by_tag.items()
    )
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}: API</title>'
        '<meta name="viewport" content="width=device-width">'
        f"<style>{_STYLE}</style></head><body><main><h1>{title}: API</h1>"
        f"<p>{escape(schema['info'].get('summary', ''))} For programs: "
        '<a href="/openapi.json">openapi.json</a>.</p>'
        f"{sections}</main></body></html>"
    )


def _entry(method: str, path: str, operation: Mapping[str, Any]) -> str:
    text = escape(operation.get("description") or operation.get("summary", ""))
    head, _, rest = text.partition("\n\n")
    details = f"<p>{rest}</p>" if rest else ""
    return (
        f"<details><summary><b>{method.upper()}</b> <code>{escape(path)}</code> {head}</summary>"
        f"{details}<dl>{''.join(_inputs(operation))}{''.join(_answers(operation))}</dl></details>"
    )


def _inputs(operation: Mapping[str, Any]) -> Iterator[str]:
    for parameter in operation.get("parameters", ()):
        name, place = escape(parameter["name"]), escape(parameter["in"])
        text = escape(parameter.get("description", ""))
        yield f"<dt><code>{name}</code> ({place})</dt><dd>{text}</dd>"
    for kind, body in operation.get("requestBody", {}).get("content", {}).items():
        name = escape(str(body.get("schema", {}).get("$ref", "")).rpartition("/")[2])
        yield f"<dt>body ({escape(kind)})</dt><dd><code>{name}</code></dd>"


def _answers(operation: Mapping[str, Any]) -> Iterator[str]:
    for status, answer in operation.get("responses", {}).items():
        yield f"<dt>{escape(status)}</dt><dd>{escape(answer.get('description', ''))}</dd>"
