"""What any NodeKeyRepository does."""

from pathlib import Path

import pytest
from sqlalchemy import Connection

from cyclades.adapters.sql.clusters import SqlClusters
from cyclades.adapters.sql.node_keys import SqlNodeKeys
from cyclades.adapters.system.secrets import KeyFileSecrets
from cyclades.ports.node_keys import NodeKeyRepository
from tests.harness.samples import NOW, a_cluster


@pytest.fixture
def keys(connection: Connection, tmp_path: Path) -> NodeKeyRepository:
    clusters = SqlClusters(connection, KeyFileSecrets(tmp_path / "key"))
    for name in ("one", "two"):
        clusters.add(a_cluster(name), NOW)
    return SqlNodeKeys(connection)


def test_a_cluster_has_one_key_or_none(keys: NodeKeyRepository) -> None:
    assert keys.digests() == {}
    for cluster, digest, known in (
        ("one", "a" * 64, {"one": "a" * 64}),
        ("two", "b" * 64, {"one": "a" * 64, "two": "b" * 64}),
        ("one", "c" * 64, {"one": "c" * 64, "two": "b" * 64}),
        ("one", None, {"two": "b" * 64}),
        ("no", "d" * 64, {"two": "b" * 64}),
    ):
        keys.keep(cluster, digest)
        assert keys.digests() == known
