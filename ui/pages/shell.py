"""What every page shares: the side bar with brand, places and the model that answers."""

import asyncio
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import gradio as gr

from ui.account_client import Account, Accounts
from ui.api_client import ApiClient, ApiError
from ui.api_models import Health
from ui.markup import escaped, icon, live

#: New values by component; components that are not in it stay as they are.
Update = dict[Any, Any]

#: Listeners are the page's own: no spinner over what they change, no API of Gradio's.
QUIET: Final[dict[str, Any]] = {"show_progress": "hidden", "api_visibility": "private"}

PLACES: Final = (
    ("Chat", "", "chat"),
    ("Workflows", "workflows", "flow"),
    ("Runs", "runs", "runs"),
    ("Approvals", "approvals", "inbox"),
    ("Analytics", "analytics", "chart"),
    ("Costs", "costs", "costs"),
    ("Connections", "connections", "key"),
    ("Account", "account", "person"),
)

MARK: Final = (
    '<svg class="gp-mark" viewBox="0 0 24 24" aria-hidden="true" focusable="false">'
    '<path d="M4 18c4.5 0 4-6 8-6s3.5-6 8-6"/><circle cx="4" cy="18" r="2"/>'
    '<circle cx="20" cy="6" r="2"/></svg>'
)


@dataclass(frozen=True, slots=True)
class Frame:
    """What every page beside the chat has: the foot of its side bar and its heading."""

    foot: gr.HTML
    head: gr.HTML


@contextmanager
def page(name: str, root: str, heading: str) -> Generator[Frame]:
    """A page's frame; what is built inside becomes its body."""
    with gr.Row(elem_classes="gp-shell"):
        with gr.Column(elem_classes="gp-side"):
            places(name, root)
            gr.HTML('<div class="gp-fill"></div>', js_on_load=None, elem_classes="gp-fill")
            foot = live(name="gp-foot")
        with gr.Column(elem_classes="gp-main gp-page"):
            head = live(heading, name="gp-head")
            with gr.Column(elem_classes="gp-page-body"):
                yield Frame(foot, head)


def places(current: str, root: str) -> gr.HTML:
    """Brand and links to the pages."""
    links = "".join(
        f'<li><a href="{root}/{path}"{" aria-current=page" if name == current else ""}>'
        f"{icon(icon_name)}<span>{name}</span></a></li>"
        for name, path, icon_name in PLACES
    )
    return gr.HTML(
        f'<div class="gp-brand">{MARK}<span>goldenpath</span>'
        '<button type="button" class="gp-icon-button gp-phone-only" data-toggle="side"'
        f' aria-label="Close the menu" title="Close the menu">{icon("close")}</button></div>'
        f'<nav aria-label="Pages"><ul class="gp-places">{links}</ul></nav>',
        js_on_load=None,
        apply_default_css=False,
        elem_classes=["gp-block"],
    )


async def foot(client: ApiClient) -> str:
    """The foot of the side bar, as the service tells it now."""
    try:
        health, account = await asyncio.gather(client.health(), Accounts(client).account())
    except ApiError:
        return foot_html(None, None)
    return foot_html(health, account)


def foot_html(health: Health | None, account: Account | None) -> str:
    """Who is signed in, which model answers, and the switch between light and dark."""
    return (
        f'{_who(account)}<div class="gp-foot">{model_badge(health)}'
        '<button type="button" class="gp-icon-button" data-theme-toggle'
        f' aria-label="Switch between light and dark" title="Light or dark">{icon("theme")}'
        "</button></div>"
    )


def _who(account: Account | None) -> str:
    if account is None or account.mode == "local":
        return ""
    sign_out = (
        '<form method="post" action="/sign-out"><button type="submit" class="gp-icon-button"'
        f' aria-label="Sign out" title="Sign out">{icon("leave")}</button></form>'
    )
    return (
        f'<div class="gp-who" data-testid="who"><a href="/app/account"><span>'
        f"{escaped(account.email or account.name)}</span>"
        f"<small>{escaped(account.tenant_name)}</small></a>"
        f"{sign_out if account.mode == 'accounts' else ''}</div>"
    )


def model_badge(health: Health | None) -> str:
    """The model's name; the built-in one says so and how to set another."""
    if health is None:
        return '<span class="gp-badge" data-state="failed">Service not reachable</span>'
    if health.model != "playbook":
        return f'<span class="gp-badge" data-testid="model">{escaped(health.model)}</span>'
    if health.configured_model:
        reason = health.model_reason or "it does not answer"
        help_text = (
            f"{health.configured_model} is not answering ({reason}), so the built-in playbook "
            "model does: real tools and numbers, plainer words. It switches back by itself."
        )
        state = ' data-state="waiting"'
    else:
        help_text = (
            "No language model is configured. Tools and numbers are real, only the wording is "
            "plainer. Set OPENAI_API_KEY and GOLDENPATH_MODEL, or OPENAI_BASE_URL for a server "
            "of your own, and start again."
        )
        state = ""
    return (
        f'<details class="gp-badge-details"><summary class="gp-badge" data-testid="model"{state}>'
        f"Built-in playbook model</summary><p>{escaped(help_text)}</p></details>"
    )


def menu_button() -> str:
    """Opens the side bar on a phone."""
    return (
        '<button type="button" class="gp-icon-button gp-phone-only" data-toggle="side"'
        f' aria-label="Open the menu" title="Menu">{icon("menu")}</button>'
    )
