"""Ganeti's master moves to another node in the middle of things: RAPI is only on the master."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest

from cyclades.adapters.ganeti.driver import GanetiDriver
from cyclades.adapters.simulated.rapi import RapiServer
from cyclades.domain.model.cluster import ClusterConnection
from cyclades.domain.model.errors import InvalidInput
from cyclades.domain.model.server_actions import Action
from cyclades.ports.cluster_driver import AuthenticationFailed, ClusterUnavailable, IdentityMismatch
from tests.adapters.simulated.hand_clock import HandClock
from tests.harness.proxy import SUBMISSIONS, Proxy
from tests.harness.reliability import Recorder
from tests.harness.remote import LIMITS, PASSWORD, USER, Far, Remote, far_cluster


@dataclass(frozen=True, slots=True)
class Node:
    """A master candidate: its RAPI, and whether it can be reached."""

    server: RapiServer
    proxy: Proxy

    def submissions(self) -> int:
        """How many came here."""
        return sum(
            verb in {"POST", "DELETE"} or "/startup" in path or "/shutdown" in path
            for verb, path, _ in self.server.journal.requests
        )


@pytest.fixture
def nodes(remote: Remote) -> Iterator[tuple[Node, Node]]:
    """The cluster has two endpoints; the first is the master's."""
    far = remote.far
    assert far is not None
    with (
        RapiServer(far.world.store, far.certificate, USER, PASSWORD) as server,
        Proxy(("127.0.0.1", server.server_port), far.certificate) as proxy,
    ):
        proxy.break_with("refuse")
        both = f"{far.proxy.endpoint} {proxy.endpoint}"
        connection = replace(far.connection, endpoint=both)
        driver = GanetiDriver(connection, far.world.identity().uuid, remote.clock, LIMITS)
        remote.app.drivers._made[far.id] = driver
        yield Node(far.server, far.proxy), Node(server, proxy)


@pytest.mark.fault(43)
@pytest.mark.parametrize("lost", ["", "swallow_answer", "swallow_request"])
def test_the_master_moves_in_the_middle_of_jobs(
    remote: Remote, nodes: tuple[Node, Node], converged: Recorder, lost: str
) -> None:
    old, new = nodes
    server = remote.running()
    for action, status in ((Action.STOP, "SHUTOFF"), (Action.START, "ACTIVE")) * 2:
        before = old.submissions() + new.submissions()
        if lost:
            old.proxy.break_with(lost, only=SUBMISSIONS)
        remote.act(server, action)
        made = remote.create()
        remote.workers[0].turn()
        old.proxy.break_with("refuse")
        remote.turn()
        if lost:
            assert new.submissions() + old.submissions() - before <= 2, "never sent elsewhere, too"
        new.proxy.heal()
        began = remote.clock.passed
        remote.converge()
        remote.delete(made)
        remote.converge()
        wrong = remote.wrong()
        converged(43, remote.clock.passed - began, 1, len(wrong))
        assert remote.server(server).status == status
        assert wrong == []
        old, new = new, old


def to(ours: Far, *nodes: Far, uuid: str | None = None) -> GanetiDriver:
    """Our certificate and password, and these endpoints."""
    endpoints = " ".join(node.proxy.endpoint for node in nodes)
    return GanetiDriver(replace(ours.connection, endpoint=endpoints), uuid, HandClock(), LIMITS)


@pytest.fixture
def strangers(remote: Remote) -> Iterator[tuple[Far, Far]]:
    """Our cluster, and another one that shows the same certificate."""
    ours = remote.far
    assert ours is not None
    with far_cluster(remote.clock, "other") as other:
        other.proxy.present(ours.certificate)
        yield ours, other


def test_a_node_that_belongs_to_another_cluster_is_passed_over(strangers: tuple[Far, Far]) -> None:
    ours, other = strangers
    uuid = ours.world.identity().uuid
    driver = to(ours, other, ours, uuid=uuid)
    assert driver.identity().uuid == uuid
    driver.jobs()
    assert {path for _, path, _ in other.server.journal.requests} == {"/2/info"}
    ours.proxy.break_with("refuse")
    with pytest.raises(ClusterUnavailable):
        driver.jobs()
    with pytest.raises(IdentityMismatch):
        driver.jobs()
    assert {path for _, path, _ in other.server.journal.requests} == {"/2/info"}


def test_a_password_that_one_node_refuses_is_the_news(strangers: tuple[Far, Far]) -> None:
    ours, other = strangers
    other.server.authorization = "Basic b3RoZXI="
    ours.proxy.break_with("refuse")
    with pytest.raises(AuthenticationFailed):
        to(ours, ours, other).identity()


@pytest.mark.parametrize("endpoint", ["", "https://one http://two", "https://one two"])
def test_every_endpoint_must_be_one(endpoint: str) -> None:
    connection = ClusterConnection("one", "ganeti", endpoint, "user", "password")
    with pytest.raises(InvalidInput):
        GanetiDriver(connection, None, HandClock())
