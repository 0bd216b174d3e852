"""The services that the sentences speak of: those that the service offers."""

from functools import cache

from domain.blueprints.catalogue import Catalogue
from domain.drafting.catalogue import DraftCatalogue
from tools.draft_catalogue import draft_services
from tools.registry import shipped_integrations

_ZONES = frozenset({"UTC", "Asia/Kolkata", "Europe/Berlin", "America/New_York"})


@cache
def catalogue() -> DraftCatalogue:
    """All of them, for somebody in India who can ask two roles to approve."""
    checks = Catalogue({}, approvers={"finance": 2, "manager": 1}, time_zones=_ZONES)
    services = draft_services(shipped_integrations().all())
    return DraftCatalogue(services, time_zone="Asia/Kolkata", checks=checks)
