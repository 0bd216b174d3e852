"""What the stand-in of the workflow API says has the shapes that the API says."""

from typing import Any

from server.routes.integrations import IntegrationShape
from tests.standins.workflow_catalogue import INTEGRATIONS


def plain(value: dict[str, Any]) -> dict[str, Any]:
    return IntegrationShape.model_validate(value).model_dump(mode="json")


def test_its_catalogue_is_one_that_the_api_could_give() -> None:
    assert [plain(each) for each in INTEGRATIONS] == INTEGRATIONS
