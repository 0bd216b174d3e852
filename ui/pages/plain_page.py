"""Pages beside Gradio's, which need no script and look like the rest."""

from typing import Final

from ui.markup import STATIC, STATIC_PATH, escaped, static_version
from ui.pages.shell import MARK

STYLES: Final = STATIC / "plain_page.css"


def plain_page(title: str, heading: str, body: str) -> str:
    """The whole page; `body` is markup."""
    version = static_version(STYLES)
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>{escaped(title)} · goldenpath</title>"
        f'<link rel="icon" type="image/png" href="{STATIC_PATH}/favicon.png">'
        f'<link rel="stylesheet" href="{STATIC_PATH}/{STYLES.name}?v={version}"></head>'
        f'<body><main><p class="brand">{MARK}<span>goldenpath</span></p>'
        f"<h1>{escaped(heading)}</h1>{body}</main></body></html>"
    )


def message_page(title: str, text: str, link: str = "/app/", label: str = "Go on") -> str:
    """A sentence, and where to go on to."""
    body = f'<p>{escaped(text)}</p><p><a href="{escaped(link)}">{escaped(label)}</a></p>'
    return plain_page(title, title, body)
