"""Unmodified clients, embedded and with everything real: what exists passes."""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.clients.travel import CLIENTS, HERE, Journey, any_of, listed, travel, warm_client
from tests.ganeti.building import OPTIONS, knowing
from tests.ganeti.cluster import GanetiCluster
from tests.harness.serving import Installation, embedded, installation

pytestmark = [pytest.mark.client, pytest.mark.slow]
CLUSTERS = pytest.param(
    "clusters", marks=[pytest.mark.real_ganeti, pytest.mark.real_postgres], id="postgresql-ganeti"
)


@pytest.fixture(params=[pytest.param("embedded", id="embedded"), CLUSTERS])
def cloud(request: pytest.FixtureRequest) -> Installation:
    """A fresh installation, with many logins from one address in mind."""
    made: Installation = request.getfixturevalue(f"{request.param}_cloud")
    return made


@pytest.fixture
def embedded_cloud(tmp_path: Path) -> Iterator[Installation]:
    """What `make run` runs."""
    with embedded(tmp_path) as made:
        yield made


@pytest.fixture
def clusters_cloud(
    tmp_path: Path, postgres_database_url: str, ganeti_clusters: dict[str, GanetiCluster]
) -> Iterator[Installation]:
    """PostgreSQL, two real clusters that build by orders, the workers in processes of their own."""
    with (
        installation(tmp_path, database_url=postgres_database_url, log_level="INFO") as made,
        ExitStack() as nodes,
    ):
        made.serve()
        port = urlsplit(made.url).port or 0
        for name, cluster in ganeti_clusters.items():
            # The fake hypervisor's guests do not notice disks that come and go.
            made.add_cluster(replace(cluster.connection, options=OPTIONS | {"hotplug": "no"}))
            key = made.manage("cluster", "node-key", name).strip()
            nodes.enter_context(knowing(cluster, name, key, port))
        made.work("effects", "poller", name="worker-1")
        made.work("effects", "poller", "housekeeping", "images", name="worker-2")
        yield made


def test_the_command_line_client(embedded_cloud: Installation) -> None:
    with warm_client() as launcher:
        travel_by_command_line(embedded_cloud, launcher)


@pytest.mark.long
@pytest.mark.real_ganeti
@pytest.mark.real_postgres
def test_the_command_line_client_on_real_clusters(clusters_cloud: Installation) -> None:
    travel_by_command_line(clusters_cloud, CLIENTS / "openstack")


def travel_by_command_line(cloud: Installation, client: Path) -> None:
    skipped = listed("skipped-steps.txt")
    journey = travel(
        cloud,
        "bash",
        HERE / "journeys" / "osc-journey.sh",
        OPENSTACK=str(client),
        JOURNEY_SKIP=any_of(skipped),
        JOURNEY_TIMEOUT="120",
    )
    unused = {
        pattern
        for pattern in skipped
        if not any(re.fullmatch(pattern, step) for step in journey.skipped)
    }
    assert failures(journey) == []
    assert unused == set(), "remove these from skipped-steps.txt"


def test_the_python_client(cloud: Installation) -> None:
    expected = listed("failing-steps.txt")
    journey = travel(
        cloud,
        CLIENTS / "python",
        HERE / "journeys" / "sdk-journey.py",
        JOURNEY_TIMEOUT="120",
    )
    assert failures(journey, set(expected)) == []
    assert set(expected) - journey.failed == set(), "remove these from failing-steps.txt"


def failures(journey: Journey, expected: set[str] | None = None) -> list[str]:
    """What a reader needs of each failed step, and of a journey that broke off."""
    wrong = sorted(journey.failed - (expected or set()))
    said = journey.said.splitlines()
    shown = [
        "\n".join(said[number : number + 2])
        for number, line in enumerate(said)
        if line.startswith("FAIL") and line.split()[1] in wrong
    ]
    return shown if re.search(r"^\d+ passed, ", journey.said, re.MULTILINE) else said[-20:]
