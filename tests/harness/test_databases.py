"""The harness itself: private, separate, clean."""

import psycopg
import pytest

from tests.harness.postgres import PostgresServer

pytestmark = pytest.mark.real_postgres


def connect(url: str) -> "psycopg.Connection[tuple[object, ...]]":
    return psycopg.connect(url.replace("+psycopg", ""))


@pytest.mark.parametrize("turn", [1, 2])
def test_each_test_has_an_empty_database_of_its_own(postgres_url: str, turn: int) -> None:
    with connect(postgres_url) as connection:
        connection.execute("CREATE TABLE mine (id int)")


def test_a_dropped_database_cuts_off_its_users(postgres_server: PostgresServer) -> None:
    name = postgres_server.create()
    with connect(postgres_server.url(name)) as connection:
        postgres_server.drop(name)
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")
