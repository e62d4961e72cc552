"""Fixtures: a cloud whose cluster does nothing, on SQLite or on each kind of database."""

from collections.abc import Callable

import pytest

from cyclades.bootstrap import Application
from tests.harness.compute import ROOM, Cloud, furnished


@pytest.fixture
def cloud(application_maker: Callable[..., Application], sqlite_database_url: str) -> Cloud:
    return furnished(application_maker(sqlite_database_url, **ROOM))


@pytest.fixture
def each_cloud(application_maker: Callable[..., Application], database_url: str) -> Cloud:
    """The same on each kind of database."""
    return furnished(application_maker(database_url, **ROOM))
