"""Fixtures: two real Ganeti clusters for the whole session."""

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.ganeti.cluster import GanetiCluster
from tests.ganeti.node import require_root
from tests.harness.processes import program

NUMBERS = {"alpha": 1, "beta": 2}
MOUNT_POINTS = (
    "/srv/ganeti",
    "/root/.ssh",
    "/usr/lib/cyclades",
    "/etc/cyclades",
    "/var/spool/cyclades",
)


@contextmanager
def running_clusters(numbers: Mapping[str, int]) -> Iterator[dict[str, GanetiCluster]]:
    """Clusters of two nodes each, by name, for as long as the block lasts."""
    require_root()
    program("gnt-cluster", Path("/usr/sbin"))
    for mount_point in MOUNT_POINTS:
        Path(mount_point).mkdir(parents=True, exist_ok=True)
    home = Path(tempfile.mkdtemp(prefix="cyclades-ganeti-"))
    home.chmod(0o755)
    clusters = {name: GanetiCluster(name, number, home / name) for name, number in numbers.items()}
    # The threads last as long as the clusters: a node dies with the thread that booted it.
    with ThreadPoolExecutor() as threads:
        try:
            list(threads.map(GanetiCluster.up, clusters.values()))
            yield clusters
        finally:
            for cluster in clusters.values():
                cluster.down()
            shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="session")
def ganeti_clusters() -> Iterator[dict[str, GanetiCluster]]:
    """Clusters `alpha` and `beta`, shared by all tests of the session."""
    with running_clusters(NUMBERS) as clusters:
        yield clusters


@pytest.fixture
def ganeti_cluster(ganeti_clusters: dict[str, GanetiCluster]) -> Iterator[GanetiCluster]:
    """One of the two, empty before and after the test."""
    cluster = ganeti_clusters["alpha"]
    cluster.clear()
    yield cluster
    cluster.clear()
