"""The templates that come with the service, as the list of templates shows them."""

from collections.abc import Sequence

from domain.templates.shipped import Template, shipped_templates
from domain.workflows.templates import ShippedTemplate, Slot


def shipped() -> Sequence[ShippedTemplate]:
    """All of them."""
    return [_shown(template) for template in shipped_templates()]


def _shown(template: Template) -> ShippedTemplate:
    return ShippedTemplate(
        template_id=template.id,
        title=template.title,
        description=template.description,
        category=template.category,
        services=template.services,
        blueprint=template.blueprint.model_dump(mode="json"),
        slots=[Slot(slot.node_id, slot.field, slot.title) for slot in template.slots],
    )
