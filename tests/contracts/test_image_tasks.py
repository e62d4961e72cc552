"""What any ImageTasks does."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from cyclades.adapters.sql.image_tasks import SqlImageTasks
from cyclades.adapters.sql.images import SqlImages
from cyclades.domain.model.image import Image
from cyclades.domain.model.image_task import ImageTask, Method, TaskStatus
from cyclades.ports.image_tasks import ImageTasks
from cyclades.ports.images import ImageRepository
from tests.contracts.kept_images import ALL, THEN

LEASE = timedelta(minutes=1)
LATER = THEN + LEASE


@dataclass(frozen=True)
class Kept:
    tasks: ImageTasks
    images: ImageRepository

    def add(self, id: str, owner: str = "mine", seconds: int = 0) -> ImageTask:
        when = THEN + timedelta(seconds=seconds)
        self.images.add(Image(f"of {id}", owner, THEN, THEN))
        where = "https://example.org/secret"
        task = ImageTask(
            id, f"of {id}", owner, "u", "req-1", Method.WEB_DOWNLOAD, when, when, where
        )
        self.tasks.add(task)
        return task

    def one(self, id: str) -> ImageTask:
        (task,) = self.tasks.of(f"of {id}")
        return task


@pytest.fixture
def kept(engine: Engine) -> Iterator[Kept]:
    with engine.connect() as connection:
        yield Kept(SqlImageTasks(connection), SqlImages(connection))
        connection.rollback()


def test_what_is_added_is_there(kept: Kept) -> None:
    task = kept.add("a")
    assert kept.one("a") == task
    assert list(kept.tasks.of("another")) == []


def test_the_oldest_is_claimed_first_and_once(kept: Kept) -> None:
    kept.add("b", seconds=1)
    kept.add("a")
    now = THEN + timedelta(seconds=5)
    first = kept.tasks.claim(now, now + LEASE, 2)
    assert first == kept.one("a")
    assert (first.status, first.fence, first.attempts) == (TaskStatus.PROCESSING, 1, 1)
    second = kept.tasks.claim(now, now + LEASE, 2)
    assert second is not None
    assert second.id == "b"
    assert kept.tasks.claim(now, now + LEASE, 2) is None


def test_nobody_takes_all_workers(kept: Kept) -> None:
    for id, owner in (("a", "mine"), ("b", "mine"), ("c", "theirs")):
        kept.add(id, owner)
    found = [kept.tasks.claim(THEN, LATER, 1) for _ in range(3)]
    assert [task and task.id for task in found] == ["a", "c", None]


def test_a_silent_workers_task_is_taken_over(kept: Kept) -> None:
    kept.add("a")
    old = kept.tasks.claim(THEN, LATER, 1)
    assert old is not None
    assert kept.tasks.beat(old, LATER + LEASE)
    assert kept.tasks.claim(LATER + LEASE / 2, LATER + 2 * LEASE, 1) is None
    new = kept.tasks.claim(LATER + 2 * LEASE, LATER + 3 * LEASE, 1)
    assert new is not None
    assert (new.fence, new.attempts) == (2, 2)
    assert kept.tasks.hold(new)
    assert not kept.tasks.hold(old)
    assert not kept.tasks.beat(old, LATER)
    assert not kept.tasks.put_off(old, "", LATER)
    assert not kept.tasks.finish(old, TaskStatus.SUCCESS, "", LATER)


def test_what_is_put_off_is_due_later(kept: Kept) -> None:
    kept.add("a")
    task = kept.tasks.claim(THEN, LATER, 1)
    assert task is not None
    assert kept.tasks.put_off(task, "The store sleeps.", LATER)
    assert kept.one("a").status is TaskStatus.PENDING
    assert kept.one("a").message == "The store sleeps."
    assert kept.tasks.claim(THEN, LATER, 1) is None
    again = kept.tasks.claim(LATER, LATER + LEASE, 1)
    assert again is not None
    assert again.fence == 2


def test_what_is_over_is_over_and_keeps_no_secret(kept: Kept) -> None:
    kept.add("a")
    task = kept.tasks.claim(THEN, LATER, 1)
    assert task is not None
    assert kept.tasks.finish(task, TaskStatus.FAILURE, "No.", LATER)
    over = replace(
        task, status=TaskStatus.FAILURE, message="No.", updated=LATER, finished=LATER, uri=None
    )
    assert kept.one("a") == over
    assert kept.tasks.claim(LATER + LEASE, LATER + 2 * LEASE, 1) is None
    assert not kept.tasks.hold(task)
    assert kept.tasks.forget(LATER, 10) == 0
    assert kept.tasks.forget(LATER + LEASE, 10) == 1
    assert list(kept.tasks.of("of a")) == []


def test_tasks_go_with_their_image(kept: Kept) -> None:
    kept.add("a")
    task = kept.tasks.claim(THEN, LATER, 1)
    kept.images.remove(kept.images.get("of a", ALL))
    assert task is not None
    assert not kept.tasks.hold(task)
    assert list(kept.tasks.of("of a")) == []
