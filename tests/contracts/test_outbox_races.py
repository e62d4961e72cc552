"""Workers that want effects at the same moment."""

import pytest

from cyclades.adapters.sql.clusters import SqlClusters
from cyclades.adapters.sql.engine import make_engine
from cyclades.adapters.sql.outbox import SqlOutbox
from cyclades.adapters.sql.servers import SqlServers
from tests.contracts.test_outbox import SECRETS, claims, ids
from tests.harness.samples import NOW, a_cluster, a_server, create_of, effect_of


@pytest.mark.real_postgres
def test_two_workers_at_once_never_claim_the_same(postgres_database_url: str) -> None:
    engine = make_engine(postgres_database_url)
    with engine.begin() as connection:
        SqlClusters(connection, SECRETS).add(a_cluster(), NOW)
        for _ in range(6):
            server = a_server()
            SqlServers(connection).add(server)
            SqlOutbox(connection, SECRETS).put(effect_of(server, create_of(server)), NOW)
    with engine.begin() as here, engine.begin() as there:
        first = claims(SqlOutbox(here, SECRETS), limit=4)
        second = claims(SqlOutbox(there, SECRETS), limit=4)  # would wait, if it did not skip
        assert len(first) == 4
        assert len(second) == 2
        assert not set(ids(first)) & set(ids(second))
    with engine.begin() as connection:
        assert claims(SqlOutbox(connection, SECRETS)) == []
    engine.dispose()
