"""The watcher: what is told of the job queue, step by step, without a broker."""

import json
import logging
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from cyclades_node import hints, inotify
from cyclades_node import watcher as subject
from cyclades_node.publisher import Publisher
from cyclades_node.spool import Spool
from cyclades_node.watcher import SpoolGone, Watcher

from cyclades.domain.model.hints import Hint, HintKind
from tests.nodes.fake_node import FakeNode

OURS = "cluster-1"
MORE_THAN_THE_KERNEL_KEEPS = int(Path("/proc/sys/fs/inotify/max_queued_events").read_text()) + 1000


class Watch:
    """A watcher that goes on when told to. The publisher's thread is not started."""

    def __init__(self, node: FakeNode) -> None:
        self.node = node
        self.spool = Spool(node.conf.spool, hints.hint(OURS, "sync"))
        self.publisher = Publisher(node.conf, self.spool)
        self.watcher = Watcher(node.conf, self.publisher, self.spool)
        self.watcher.step()

    def told(self) -> list[Hint]:
        """What was told since the last time."""
        self.watcher._looked = float("-inf")
        self.watcher.step()
        self.watcher.step()
        said = self.node.waiting()
        self.spool.clear()
        return said

    def jobs(self) -> list[int | None]:
        return [hint.job_id for hint in self.told()]

    def die(self) -> None:
        """What is not on disk is lost."""
        with suppress(OSError):  # it is dead already
            self.watcher._news.close()


@pytest.fixture(autouse=True)
def quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subject, "LOOK", 0.01)
    monkeypatch.setattr(subject, "SAVED_EVERY", 0.0)


@pytest.fixture
def watch(node: FakeNode) -> Iterator[Watch]:
    """On the master, after its first message."""
    watch = Watch(node)
    assert [hint.kind for hint in watch.told()] == ["sync"]
    yield watch
    watch.die()


SYNC = Hint(OURS, HintKind.SYNC)


def test_each_change_is_told_once(watch: Watch) -> None:
    node = watch.node
    node.write_job(7, "queued")
    assert watch.told() == [Hint(OURS, HintKind.JOB, job_id=7, instance="vm7")]
    node.write_job(7, "queued")
    assert watch.told() == []
    node.write_job(7, "running")
    node.write_job(8, "queued")
    assert watch.jobs() == [7, 8]
    node.write_job(7, "running", logged=1)
    assert watch.jobs() == [7]
    for _ in range(5):
        node.write_job(7, "success", logged=1)
    assert watch.jobs() == [7]


@pytest.mark.parametrize("status", ["error", "canceled"])
def test_jobs_that_no_hook_tells_of(watch: Watch, status: str) -> None:
    watch.node.write_job(7, status)
    assert watch.jobs() == [7]


@pytest.mark.parametrize(
    ("given", "instance"),
    [
        ({"OP_ID": "OP_TAGS_SET", "instance_name": None, "kind": "instance", "name": "vm1"}, "vm1"),
        ({"OP_ID": "OP_TAGS_SET", "instance_name": None, "kind": "cluster", "name": "c"}, None),
        ({"OP_ID": "OP_NETWORK_ADD", "instance_name": None, "network_name": "n"}, None),
        ({"instance_name": "\n"}, None),
        ({"instance_name": ["vm1"]}, None),
    ],
)
def test_whose_job_it_is(watch: Watch, given: dict[str, Any], instance: str | None) -> None:
    watch.node.write_job(7, **given)
    assert [(hint.job_id, hint.instance) for hint in watch.told()] == [(7, instance)]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"ops": 3}', '{"ops": [{}]}', '{"ops": []}'])
def test_a_job_that_cannot_be_read_is_named(watch: Watch, text: str) -> None:
    (watch.node.queue / "x").write_text(text)
    (watch.node.queue / "x").rename(watch.node.queue / "job-7")
    assert watch.jobs() == [7]


def test_other_files_are_nothing(watch: Watch) -> None:
    for name in ("job-7.tmp", "serial", "job-07", "job-", "job-9999999999999999"):
        (watch.node.queue / "x").write_text("{}")
        (watch.node.queue / "x").rename(watch.node.queue / name)
    assert watch.told() == []


def test_a_job_archived_before_it_was_read_is_told(watch: Watch) -> None:
    watch.node.write_job(7, "success", logged=3)
    watch.node.archive(7)
    assert watch.jobs() == [7]


def test_a_restart_tells_exactly_what_was_missed(watch: Watch) -> None:
    node = watch.node
    for job in range(1, 8):
        node.write_job(job, "running")
    assert len(watch.jobs()) == 7
    watch.die()
    node.write_job(2, "success")
    node.write_job(3, "running", logged=1)
    node.write_job(4, "success")
    node.archive(4)
    node.archive(5)
    node.write_job(9, "canceled")
    again = Watch(node)
    assert set(again.jobs()) == {2, 3, 4, 9}
    assert again.told() == []
    again.die()


def test_one_message_stands_for_very_many(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    watch.die()
    monkeypatch.setattr(subject, "MOST_REPLAYED", 10)
    for job in range(1, 12):
        watch.node.write_job(job)
    again = Watch(watch.node)
    assert again.told() == [SYNC]
    assert again.told() == []
    again.die()


@pytest.mark.parametrize("change", ["boot", "gone", "torn"])
def test_without_a_state_to_trust_everything_is_to_be_looked_at(watch: Watch, change: str) -> None:
    watch.node.write_job(7)
    watch.told()
    watch.die()
    state = watch.node.conf.spool / "jobs.json"
    data = json.loads(state.read_text())
    texts = {"boot": json.dumps(data | {"boot": "another"}), "torn": "{"}
    state.unlink() if change == "gone" else state.write_text(texts[change])
    again = Watch(watch.node)
    assert again.told() == [SYNC]
    again.die()


def test_a_number_given_out_again_is_another_job(watch: Watch) -> None:
    watch.node.write_job(7, "success")
    watch.told()
    path = watch.node.queue / "job-7"
    data = json.loads(path.read_text()) | {"received_timestamp": [99, 0]}
    (watch.node.queue / "x").write_text(json.dumps(data))
    (watch.node.queue / "x").rename(path)
    assert watch.jobs() == [7]


def test_more_at_once_than_the_kernel_keeps(watch: Watch) -> None:
    node = watch.node
    node.write_job(1)
    for _ in range(MORE_THAN_THE_KERNEL_KEEPS // 2):
        (node.queue / "job-1").rename(node.queue / "away")
        (node.queue / "away").rename(node.queue / "job-1")
    node.write_job(2, "success")
    found = set(watch.jobs())
    while more := watch.jobs():
        found |= set(more)
    assert found == {1, 2}


def test_too_much_at_once_is_nothing_to_who_is_not_the_master(node: FakeNode) -> None:
    node.say_master("node2")
    node.write_job(1)
    watch = Watch(node)
    watch.watcher._handle([inotify.Event(-1, inotify.OVERFLOW, "")])
    assert watch.told() == []
    watch.die()


def test_the_queue_vanishes_and_is_made_anew(
    watch: Watch, caplog: pytest.LogCaptureFixture
) -> None:
    node = watch.node
    node.write_job(7)
    assert watch.jobs() == [7]
    node.lose_queue()
    for _ in range(5):
        assert watch.told() == []
    assert len([r for r in caplog.records if "No such file" in r.getMessage()]) == 1
    node.queue.mkdir()
    node.write_job(8)
    assert watch.jobs() == [8]
    node.write_job(8, "success")
    assert watch.jobs() == [8]


def test_a_full_disk_loses_nothing(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "write_bytes", full)
        watch.node.write_job(7)
        assert watch.told() == []
    assert watch.jobs() == [7]


def test_without_its_spool_it_ends(watch: Watch, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL)
    for path in watch.node.conf.spool.iterdir():
        path.unlink()
    watch.node.conf.spool.rmdir()
    with pytest.raises(SpoolGone):
        watch.told()


def test_only_the_master_tells_and_it_begins_with_one_message(node: FakeNode) -> None:
    node.say_master("node2")
    for job in range(1, 5):
        node.write_job(job)
    watch = Watch(node)
    node.write_job(1, "success")
    assert watch.told() == []
    assert not (node.conf.spool / "jobs.json").exists()
    node.say_master("node1")
    assert watch.told() == [SYNC]
    node.write_job(2, "success")
    assert watch.jobs() == [2]
    watch.die()


def test_who_is_master_no_more_gives_up_what_it_had_to_tell(watch: Watch) -> None:
    node = watch.node
    node.write_job(7)
    watch.watcher.step()
    node.hook(INSTANCE_NAME="vm7")
    assert len(node.waiting()) == 2
    node.say_master("node2")
    assert watch.told() == []
    assert not (node.conf.spool / "jobs.json").exists()
    node.write_job(7, "success")
    assert watch.told() == []
