"""The gallery of templates as HTML, and one template before it is used."""

from collections.abc import Mapping, Sequence

from ui.markup import button, counted, escaped, icon
from ui.pages.workflows.address import Address
from ui.pages.workflows.services import service_icon, service_row, title_of
from ui.pages.workflows.steps import Step
from ui.workflows_client import Category, Slot, Template, TemplateDetail

_ORDERS = (("", "Best rated"), ("uses", "Most used"), ("title", "Title"))
_MOST_STARS = 5


def gallery(templates: Sequence[Template], categories: Sequence[Category], address: Address) -> str:
    """Templates by category, with search."""
    cards = "".join(_card(each, address) for each in templates)
    found = (
        f'<ul class="gp-cards" aria-label="Templates">{cards}</ul>'
        if cards
        else '<div class="gp-none" role="status"><p>No template fits.</p>'
        '<a class="gp-button" href="?view=templates" data-go>Show all</a></div>'
    )
    return f"{_toolbar(categories, address)}{found}"


def _toolbar(categories: Sequence[Category], address: Address) -> str:
    named = [("", "All"), *((each.category, _words(each.category)) for each in categories)]
    links = "".join(
        f'<a href="{escaped(address.link(category=value))}" data-go'
        f"{' aria-current=true' if value == address.category else ''}>{escaped(label)}</a>"
        for value, label in named
    )
    orders = "".join(
        f'<option value="{value}"{" selected" if value == address.sort else ""}>{label}</option>'
        for value, label in _ORDERS
    )
    return (
        f'{_back("?", "Workflows")}<div class="gp-tools"><label class="gp-search">{icon("search")}'
        '<span class="gp-unseen">Search templates</span><input class="gp-input" type="search"'
        f' data-query="text" placeholder="Search" value="{escaped(address.text)}"></label>'
        f'<nav class="gp-states" aria-label="Categories">{links}</nav>'
        f'<select class="gp-select" data-query="sort" aria-label="Order">{orders}</select></div>'
    )


def _card(template: Template, address: Address) -> str:
    link = escaped(address.link(template=template.template_id))
    return (
        f'<li class="gp-card" data-key="{escaped(template.template_id)}" data-testid="template">'
        f'<a href="{link}" data-go><h2>{escaped(template.title)}</h2></a>'
        f"<p>{escaped(template.description)}</p>"
        f'<div class="gp-card-foot">{service_row(template.services)}{_liked(template)}</div></li>'
    )


def _liked(template: Template) -> str:
    rated = f"{icon('star')}{template.rating:.1f} ({template.ratings})" if template.rating else ""
    used = counted(template.uses, "use") if template.uses else ""
    return f'<small class="gp-quiet">{" · ".join(filter(None, (rated, used)))}</small>'


def preview(
    template: TemplateDetail,
    steps: Sequence[Step],
    kinds: Mapping[str, bool],
    address: Address,
) -> str:
    """What a template does and needs; `kinds` says which kinds of connections there are."""
    listed = "".join(_step(each) for each in steps)
    return (
        f'<article class="gp-preview" data-testid="preview">'
        f"{_back(address.link(template=''), 'Templates')}"
        f"<header><h2>{escaped(template.title)}</h2><p>{escaped(template.description)}</p>"
        f"{_liked(template)}</header>"
        f"{button('Use this template', 'use', style='gp-primary', id=template.template_id)}"
        f'<div class="gp-preview-parts"><section><h3>What it does</h3><ol class="gp-steps">{listed}'
        f"</ol></section><div>{_needs(template, kinds)}{_slots(template.slots)}{_rating(template)}"
        "</div></div></article>"
    )


def _step(step: Step) -> str:
    branch = f'<span class="gp-branch">{escaped(step.branch)}</span>' if step.branch else ""
    return (
        f'<li style="--gp-depth:{step.depth}">{service_icon(step.icon)}<div>{branch}'
        f"<strong>{escaped(step.title)}</strong><small>{escaped(step.task)}</small></div></li>"
    )


def _needs(template: TemplateDetail, kinds: Mapping[str, bool]) -> str:
    services = ", ".join(title_of(each) for each in template.services)
    rows = "".join(
        f"<li>{escaped(kind.replace('_', ' ').capitalize())} "
        + (
            f'<span class="gp-state" data-state="done">{icon("check")}Connected</span>'
            if is_there
            else f'<span class="gp-state" data-state="waiting">{icon("key")}To be added</span>'
        )
        + "</li>"
        for kind, is_there in kinds.items()
    )
    connections = f"<ul>{rows}</ul>" if rows else "<p>It needs no connection.</p>"
    return (
        f"<section><h3>Services</h3><p>{escaped(services)}</p></section>"
        f"<section><h3>Connections</h3>{connections}</section>"
    )


def _slots(slots: Sequence[Slot]) -> str:
    if not slots:
        return ""
    rows = "".join(f"<li>{escaped(each.title)}</li>" for each in slots)
    return f"<section><h3>You fill in</h3><ul>{rows}</ul></section>"


def _rating(template: TemplateDetail) -> str:
    if template.status != "public":
        return ""
    stars = "".join(
        f'<button type="button" class="gp-icon-button" data-action="rate" data-stars="{number}"'
        f' data-id="{escaped(template.template_id)}" aria-label="{counted(number, "star")}"'
        f"{' data-lit' if template.rating and number <= round(template.rating) else ''}>"
        f"{icon('star')}</button>"
        for number in range(1, _MOST_STARS + 1)
    )
    return (
        '<section><h3>Your rating</h3><div class="gp-stars" role="group"'
        f' aria-label="Rate this template">{stars}</div></section>'
    )


def _back(link: str, words: str) -> str:
    return f'<a class="gp-back" href="{escaped(link)}" data-go>{icon("back")}{words}</a>'


def _words(category: str) -> str:
    return category.replace("_", " ").capitalize()
