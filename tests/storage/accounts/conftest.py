"""Accounts over a database of the test's own."""

import pytest

from storage.database import Database
from tests.storage.accounts.world import World


@pytest.fixture
def world(database: Database) -> World:
    return World.over(database)
