"""The checker of owners finds what it is for."""

import pytest

from tests.architecture.owners import owner_violations
from tests.architecture.sources import parse

METHOD = "class ThreadRepository:\n    async def get({}): ...\n"


@pytest.mark.parametrize("arguments", ["self", "self, thread_id: UUID", "self, user: str"])
def test_a_repository_that_does_not_ask_whose_is_found(arguments: str) -> None:
    [found] = owner_violations([parse("storage/x.py", METHOD.format(arguments))], [])
    assert "ThreadRepository.get" in found


def test_a_reason_that_is_not_needed_any_more_is_found() -> None:
    module = parse("storage/x.py", METHOD.format("self, user: UserContext, thread_id: UUID"))
    assert owner_violations([module], []) == []
    assert len(owner_violations([module], ["ThreadRepository.gone"])) == 1
