"""Fixtures: two real Ganeti clusters for the whole session."""

import shutil
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.ganeti.cluster import GanetiCluster
from tests.ganeti.node import require_root
from tests.harness.processes import program

NAMES = ("alpha", "beta")


@pytest.fixture(scope="session")
def ganeti_clusters() -> Iterator[dict[str, GanetiCluster]]:
    """Clusters `alpha` and `beta`, two nodes each, shared by all tests of the session."""
    require_root()
    program("gnt-cluster", Path("/usr/sbin"))
    for mount_point in ("/srv/ganeti", "/root/.ssh"):
        Path(mount_point).mkdir(parents=True, exist_ok=True)
    home = Path(tempfile.mkdtemp(prefix="cyclades-ganeti-"))
    home.chmod(0o755)
    clusters = {
        name: GanetiCluster(name, number, home / name) for number, name in enumerate(NAMES, 1)
    }
    # The threads last as long as the clusters: a node dies with the thread that booted it.
    with ThreadPoolExecutor() as threads:
        try:
            list(threads.map(GanetiCluster.up, clusters.values()))
            yield clusters
        finally:
            for cluster in clusters.values():
                cluster.down()
            shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def ganeti_cluster(ganeti_clusters: dict[str, GanetiCluster]) -> Iterator[GanetiCluster]:
    """One of the two, empty before and after the test."""
    cluster = ganeti_clusters[NAMES[0]]
    cluster.remove_instances()
    yield cluster
    cluster.remove_instances()
