"""Watchers as processes, and a real broker: nothing that changed is lost."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cyclades.domain.model.hints import HintKind
from tests.harness.processes import wait_until
from tests.harness.rabbitmq import RabbitServer
from tests.harness.reliability import Recorder
from tests.nodes.conftest import NodeMaker
from tests.nodes.fake_node import FakeNode
from tests.nodes.listener import Listener

pytestmark = pytest.mark.slow

SECONDS = 30


@pytest.fixture
def listener(rabbitmq_server: RabbitServer) -> Iterator[Listener]:
    listener = Listener(rabbitmq_server)
    yield listener
    listener.close()


@pytest.fixture
def master(make_node: NodeMaker, listener: Listener, rabbitmq_server: RabbitServer) -> FakeNode:
    """The master, its watcher running, its first message taken."""
    node = make_node(cluster=listener.cluster, broker=rabbitmq_server.url())
    node.start()
    assert [hint.kind for hint in listener.until(1)] == [HintKind.SYNC]
    return node


def test_what_changes_arrives_in_order(master: FakeNode, listener: Listener) -> None:
    for job in range(1, 31):
        master.write_job(job)
        if not job % 10:
            master.hook(INSTANCE_NAME=f"vm{job}")
    found = listener.until(33)
    assert [hint.job_id for hint in found if hint.kind is HintKind.JOB] == list(range(1, 31))
    hooked = [hint.instance for hint in found if hint.kind is HintKind.INSTANCE]
    assert hooked == ["vm10", "vm20", "vm30"]
    wait_until(lambda: not master.waiting(), "empty spool")


@pytest.mark.fault(51)
def test_while_the_broker_is_away_all_waits_in_order(
    master: FakeNode, listener: Listener, rabbitmq_server: RabbitServer, converged: Recorder
) -> None:
    rabbitmq_server.stop()
    try:
        for job in range(1, 21):
            master.write_job(job)
        wait_until(lambda: len(master.waiting()) == 20, "all in the spool")
        assert max(master.hook(INSTANCE_NAME="vm1") for _ in range(3)) < 2
        master.kill()
        master.start()
        assert len(master.waiting()) == 23
    finally:
        rabbitmq_server.start()
    with converged.timed(51):
        assert listener.jobs(23) == [*range(1, 21), None, None, None]
    assert master.log.count("publishing") <= 2


@pytest.mark.fault(51)
def test_a_broker_killed_in_the_middle_loses_nothing(
    master: FakeNode, listener: Listener, rabbitmq_server: RabbitServer, converged: Recorder
) -> None:
    for job in range(1, 101):
        master.write_job(job)
    rabbitmq_server.kill()
    for job in range(101, 151):
        master.write_job(job)
    rabbitmq_server.start()
    with converged.timed(51):
        # Each of them waits for the broker's disk.
        wait_until(lambda: not master.waiting(), "empty spool", seconds=3 * SECONDS)
    found = [hint.job_id for hint in listener.take()]
    # A message whose confirmation was lost comes twice.
    assert list(dict.fromkeys(found)) == list(range(1, 151))


def test_a_watcher_killed_tells_what_it_missed_and_nothing_else(
    master: FakeNode, listener: Listener
) -> None:
    for job in range(1, 11):
        master.write_job(job)
    assert len(listener.jobs(10)) == 10
    master.settle()
    master.kill()
    for job in (3, 4, 11):
        master.write_job(job, "success")
    master.start()
    assert listener.jobs(3) == [3, 4, 11]
    master.write_job(12)
    assert listener.jobs(1) == [12]


@pytest.mark.fault(45)
def test_killed_again_and_again_it_loses_nothing(
    master: FakeNode, listener: Listener, converged: Recorder
) -> None:
    for job in range(1, 41):
        if not job % 8:
            master.kill()
        master.write_job(job)
        if not job % 8:
            master.start()
    found: set[int | None] = set()

    def all_forty() -> bool:
        found.update(hint.job_id for hint in listener.take())
        return found >= set(range(1, 41))

    with converged.timed(45, times=5):
        wait_until(all_forty, "all forty")


@pytest.mark.fault(55)
def test_a_message_that_no_queue_takes_is_kept(
    master: FakeNode, listener: Listener, converged: Recorder
) -> None:
    listener.unbind()
    master.write_job(1)
    wait_until(lambda: "no queue takes" in master.log, "complaint")
    master.write_job(2)
    wait_until(lambda: len(master.waiting()) == 2, "two that wait")
    listener.bind()
    with converged.timed(55):
        assert listener.jobs(2) == [1, 2]
    assert master.log.count("no queue takes") == 1


@pytest.mark.fault(53)
def test_a_broker_that_takes_no_more_is_waited_for(
    master: FakeNode, listener: Listener, rabbitmq_server: RabbitServer, converged: Recorder
) -> None:
    rabbitmq_server.ctl("set_vm_memory_high_watermark", "0.000001")
    try:
        for job in range(1, 6):
            master.write_job(job)
        assert max(master.hook(INSTANCE_NAME="vm1") for _ in range(3)) < 2
        assert len(master.waiting()) >= 7
    finally:
        rabbitmq_server.ctl("set_vm_memory_high_watermark", "0.4")
    with converged.timed(53):
        found = [hint.job_id for hint in listener.until(8)]
    assert list(dict.fromkeys(found)) == [1, 2, 3, 4, 5, None]


@pytest.mark.fault(49)
def test_a_cluster_writes_to_its_own_key_only(
    make_node: NodeMaker, listener: Listener, rabbitmq_server: RabbitServer, converged: Recorder
) -> None:
    other = Listener(rabbitmq_server)
    url = listener.user()
    honest = make_node("honest", cluster=listener.cluster, broker=url)
    forger = make_node("forger", cluster=other.cluster, broker=url)
    honest.start()
    assert [hint.kind for hint in listener.until(1)] == [HintKind.SYNC]
    forger.start()
    with converged.timed(49, times=2):
        wait_until(lambda: "ACCESS_REFUSED" in forger.log, "refusal")
    assert len(forger.waiting()) == 1
    assert other.take() == []
    assert forger.run("cyclades-watcher", "--test", "forged").returncode == 1
    assert other.take() == []
    other.close()


def test_the_operators_test_says_whether_it_arrived(
    master: FakeNode, listener: Listener, make_node: NodeMaker
) -> None:
    done = master.run("cyclades-watcher", "--test", "a-token")
    assert (done.returncode, done.stderr) == (0, "")
    assert "The watcher runs." in done.stdout
    assert "confirmed the test" in done.stdout
    assert [hint.token for hint in listener.until(1)] == ["a-token"]
    deaf = make_node("node9", cluster=listener.cluster)
    deaf.say_master("node1")
    done = deaf.run("cyclades-watcher", "--test", "a-token")
    assert done.returncode == 1
    assert "not the master" in done.stdout
    assert "does not run" in done.stdout
    assert "not confirmed" in done.stdout


def test_there_is_one_watcher_a_node(master: FakeNode) -> None:
    done = master.run("cyclades-watcher")
    assert done.returncode == 1
    assert "runs on this node already" in done.stderr


@pytest.mark.fault(43)
def test_a_failover_neither_loses_nor_floods(
    make_node: NodeMaker, listener: Listener, rabbitmq_server: RabbitServer, converged: Recorder
) -> None:
    url = rabbitmq_server.url()
    first = make_node("node1", cluster=listener.cluster, broker=url)
    second = make_node("node2", cluster=listener.cluster, broker=url)
    nodes = (first, second)

    def write(job: int, status: str) -> None:
        # The master sends each job file to the other candidates.
        for node in nodes:
            node.write_job(job, status)

    def elect(name: str) -> None:
        for node in nodes:
            node.say_master(name)

    elect("node1")
    for job in range(1, 301):
        write(job, "success")
    for node in nodes:
        node.start()
    assert [hint.kind for hint in listener.until(1)] == [HintKind.SYNC]
    write(301, "running")
    assert listener.jobs(1) == [301]
    first.hook(INSTANCE_NAME="vm301")
    second.hook(INSTANCE_NAME="vm301")
    assert [hint.instance for hint in listener.until(1)] == ["vm301"]
    elect("node2")
    write(301, "success")  # whoever is told of it: the new master looks at everything
    with converged.timed(43):
        wait_until(lambda: second.log.count("is the master") == 1, "new master")
    wait_until(lambda: "not the master" in first.log, "old master")
    write(302, "running")
    found = listener.until(2)
    while found[-1].job_id != 302:
        found += listener.until(1)
    assert HintKind.SYNC in {hint.kind for hint in found}
    assert {hint.job_id for hint in found} <= {None, 301, 302}
    assert len(found) <= 4
    assert not any(Path(first.conf.spool).glob("0*"))


def test_what_an_old_master_could_not_send_is_not_sent_later(
    make_node: NodeMaker, listener: Listener, rabbitmq_server: RabbitServer
) -> None:
    node = make_node(cluster=listener.cluster, broker=rabbitmq_server.url())
    listener.unbind()
    node.start()
    for job in range(1, 50):
        node.write_job(job)
    wait_until(lambda: len(node.waiting()) == 50, "all in the spool")
    node.say_master("node2")
    wait_until(lambda: not node.waiting(), "empty spool")
    listener.bind()
    node.say_master("node1")
    assert [hint.kind for hint in listener.until(1)] == [HintKind.SYNC]
    node.write_job(50)
    assert listener.jobs(1) == [50]
