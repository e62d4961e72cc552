"""The Ganeti driver against servers that fail, lie, stall or are somebody else."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from cyclades.adapters.ganeti.driver import GanetiDriver
from cyclades.adapters.ganeti.transport import Limits
from cyclades.adapters.simulated.certificates import self_signed
from cyclades.adapters.simulated.driver import SimulatedDriver
from cyclades.adapters.simulated.rapi import BEFORE, LAWFUL, RapiServer
from cyclades.domain.model.cluster import ClusterConnection
from cyclades.domain.model.effects import StartInstance
from cyclades.domain.model.errors import InvalidInput
from cyclades.ports.cluster_driver import (
    AuthenticationFailed,
    ClusterUnavailable,
    IdentityMismatch,
    SubmissionAmbiguous,
    SubmissionRefused,
)
from tests.contracts.clusters import CLOCK, PASSWORD, USER, effect, rapi, simulated, wanted
from tests.harness.processes import free_port, wait_until

LIMITS = Limits(connect=1.0, silence=0.3, total=0.5, answer=1_000_000)
BAD_ANSWERS = sorted(BEFORE.keys() - LAWFUL)


@pytest.fixture
def world() -> SimulatedDriver:
    return simulated()


@pytest.fixture
def served(world: SimulatedDriver) -> Iterator[tuple[RapiServer, ClusterConnection]]:
    with rapi(world) as pair:
        yield pair


@pytest.fixture
def server(served: tuple[RapiServer, ClusterConnection]) -> RapiServer:
    return served[0]


@pytest.fixture
def connection(served: tuple[RapiServer, ClusterConnection]) -> ClusterConnection:
    return served[1]


@pytest.fixture
def driver(connection: ClusterConnection) -> GanetiDriver:
    return to(connection)


def to(connection: ClusterConnection, uuid: str | None = None) -> GanetiDriver:
    return GanetiDriver(connection, uuid, CLOCK, LIMITS)


@pytest.mark.parametrize("trick", [*BAD_ANSWERS, "swallow_request", "swallow_answer"])
def test_a_bad_answer_is_no_answer(driver: GanetiDriver, server: RapiServer, trick: str) -> None:
    began = time.monotonic()
    for call in (driver.jobs, driver.instances, driver.capacity, driver.identity):
        server.play(trick)
        with pytest.raises(ClusterUnavailable) as caught:
            call()
        assert "internal" not in str(caught.value)
        server.play("")
        driver.capacity()  # one bad answer is not the end
    assert time.monotonic() - began < 4 * (LIMITS.total + 1)


@pytest.mark.parametrize("trick", [*BAD_ANSWERS, "swallow_request", "swallow_answer"])
def test_a_submission_without_a_good_answer_is_ambiguous(
    driver: GanetiDriver, server: RapiServer, world: SimulatedDriver, trick: str
) -> None:
    asked = effect(wanted("one"))
    server.play(trick, only="POST")
    with pytest.raises(SubmissionAmbiguous):
        driver.submit(asked)
    assert driver.find(asked.id) == world.find(asked.id)
    assert (world.find(asked.id) is not None) == (trick == "swallow_answer")


@pytest.mark.parametrize("trick", BAD_ANSWERS)
def test_absence_needs_a_positive_answer(
    driver: GanetiDriver, server: RapiServer, trick: str
) -> None:
    for call in (lambda: driver.instance("gone"), lambda: driver.job(7), lambda: driver.find("x")):
        server.play(trick)
        with pytest.raises(ClusterUnavailable):
            call()
        server.play("")
        assert call() is None


@pytest.mark.parametrize("trick", ["unauthorized", "forbidden"])
def test_refused_credentials_are_not_tried_again_soon(
    driver: GanetiDriver, server: RapiServer, trick: str
) -> None:
    server.play(trick)
    for _ in range(5):
        with pytest.raises(AuthenticationFailed):
            driver.submit(effect(StartInstance("one")))
    assert len(server.journal.requests) == 1


def test_a_wrong_password_is_refused(connection: ClusterConnection) -> None:
    with pytest.raises(AuthenticationFailed):
        to(replace(connection, password="old")).identity()


@pytest.mark.parametrize("trust", ["fingerprint", "ca", "system"])
def test_nothing_is_sent_to_another_certificate(
    connection: ClusterConnection, server: RapiServer, trust: str
) -> None:
    other = self_signed(CLOCK.now())
    unpinned = replace(connection, fingerprint="")
    driver = to(
        {
            "fingerprint": replace(connection, fingerprint=other.fingerprint),
            "ca": replace(unpinned, ca=other.certificate.decode()),
            "system": unpinned,
        }[trust]
    )
    for call in (driver.identity, lambda: driver.submit(effect(StartInstance("one")))):
        with pytest.raises(IdentityMismatch):
            call()
    assert server.journal.requests == []


def test_a_ca_vouches_for_a_host_name(world: SimulatedDriver) -> None:
    certificate = self_signed(CLOCK.now(), "localhost")
    with RapiServer(world.store, certificate, USER, PASSWORD) as server:
        connection = ClusterConnection(
            id="one",
            driver="ganeti",
            endpoint=server.endpoint,
            username=USER,
            password=PASSWORD,
            ca=certificate.certificate.decode(),
        )
        with pytest.raises(IdentityMismatch):
            to(connection).identity()
        assert server.journal.requests == []
        named = server.endpoint.replace("127.0.0.1", "localhost")
        assert to(replace(connection, endpoint=named)).identity().version == "3.0.2"


def test_fingerprints_are_read_as_people_write_them(connection: ClusterConnection) -> None:
    plain = connection.fingerprint.upper()
    written = ":".join(plain[i : i + 2] for i in range(0, len(plain), 2))
    assert to(replace(connection, fingerprint=written)).identity().version == "3.0.2"


def test_nobody_listens(connection: ClusterConnection) -> None:
    driver = to(replace(connection, endpoint=f"https://127.0.0.1:{free_port()}"))
    with pytest.raises(ClusterUnavailable) as caught:
        driver.submit(effect(StartInstance("one")))
    assert type(caught.value) is ClusterUnavailable


def test_another_cluster_gets_no_submission(
    connection: ClusterConnection, server: RapiServer, world: SimulatedDriver
) -> None:
    driver = to(connection, world.identity().uuid)
    driver.submit(effect(wanted("one")))
    world.faults.set(foreign_uuid="11111111-1111-4111-8111-111111111111")
    driver.jobs()  # just vetted: believed for a while, but not with a submission, nor with a "no"
    CLOCK.sleep(1)
    for call in (
        lambda: driver.submit(effect(wanted("two"))),
        lambda: driver.instance("gone"),
        driver.jobs,
    ):
        with pytest.raises(IdentityMismatch):
            call()
    assert [verb for verb, _, _ in server.journal.requests].count("POST") == 1


def test_a_drained_queue_is_no_failure_of_the_cluster(
    driver: GanetiDriver, world: SimulatedDriver
) -> None:
    world.faults.set(drained=True)
    for _ in range(10):
        with pytest.raises(ClusterUnavailable, match="takes no jobs"):
            driver.submit(effect(StartInstance("one")))
    assert driver.jobs() == []


def test_what_ganeti_does_not_accept_is_refused(
    driver: GanetiDriver, world: SimulatedDriver
) -> None:
    world.faults.set(refuse=1)
    with pytest.raises(SubmissionRefused, match="Refused on demand"):
        driver.submit(effect(StartInstance("one")))


def test_no_more_than_eight_calls_at_once(driver: GanetiDriver, server: RapiServer) -> None:
    server.play("silence", times=20)
    with ThreadPoolExecutor(20) as threads:
        calls = [threads.submit(driver.jobs) for _ in range(20)]
        wait_until(lambda: len(server.journal.requests) >= 8, "eight requests")
        time.sleep(0.1)
        assert len(server.journal.requests) == 8
        assert all(isinstance(call.exception(), ClusterUnavailable) for call in calls)


def test_a_cluster_that_keeps_failing_is_left_alone(
    driver: GanetiDriver, server: RapiServer
) -> None:
    server.play("html", times=50)
    for _ in range(20):
        with pytest.raises(ClusterUnavailable):
            driver.jobs()
    assert len(server.journal.requests) == 5


def test_archived_jobs_are_found(world: SimulatedDriver, connection: ClusterConnection) -> None:
    asked = effect(StartInstance("nobody"))
    job_id = to(connection).submit(asked)
    for _ in range(120):
        world.submit(effect(StartInstance("nobody")))
    wait_until(lambda: all(job.outcome for job in world.jobs()), "end of the jobs")
    world.faults.archive_jobs()
    driver = to(connection)
    assert driver.jobs() == []
    assert driver.find(asked.id) == job_id


def test_old_archives_are_not_read(
    world: SimulatedDriver, connection: ClusterConnection, server: RapiServer
) -> None:
    for _ in range(200):
        world.submit(effect(StartInstance("nobody")))
    wait_until(lambda: all(job.outcome for job in world.jobs()), "end of the jobs")
    world.faults.archive_jobs()
    much_later = "0fffffff-ffff-7000-8000-000000000000"
    assert to(connection).find(much_later) is None
    assert len(server.journal.requests) == 3


@pytest.mark.parametrize(
    "changes",
    [
        {"endpoint": "http://127.0.0.1:5080"},
        {"endpoint": "127.0.0.1"},
        {"fingerprint": "abc"},
        {"ca": "no certificate", "fingerprint": ""},
        {"options": {"gremlins": "1"}},
    ],
)
def test_a_connection_that_cannot_work_is_refused_at_once(
    connection: ClusterConnection, changes: dict[str, Any]
) -> None:
    with pytest.raises(InvalidInput):
        to(replace(connection, **changes))
