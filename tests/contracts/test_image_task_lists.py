"""How any ImageTasks finds tasks."""

from datetime import timedelta

import pytest
from sqlalchemy import Connection

from cyclades.adapters.sql.image_tasks import SqlImageTasks
from cyclades.adapters.sql.images import SqlImages
from cyclades.domain.model.errors import NotFound
from cyclades.domain.model.image import Image
from cyclades.domain.model.image_task import ImageTask, Method
from cyclades.ports.image_tasks import ImageTasks
from tests.contracts.kept_images import THEN

OLD, NEW = THEN, THEN + timedelta(seconds=1)
TASKS = {"a": OLD, "b": NEW, "c": NEW}


@pytest.fixture
def tasks(connection: Connection) -> ImageTasks:
    SqlImages(connection).add(Image("i", "mine", THEN, THEN))
    made = SqlImageTasks(connection)
    for name, when in TASKS.items():
        made.add(ImageTask(name, "i", "mine", "u", "req-1", Method.GLANCE_DIRECT, when, when))
    return made


def test_one(tasks: ImageTasks) -> None:
    assert tasks.get("b").created == NEW
    with pytest.raises(NotFound):
        tasks.get("d")


def test_pages_of_all_newest_first(tasks: ImageTasks) -> None:
    first = tasks.page(2)
    assert [task.id for task in first] == ["c", "b"]
    assert [task.id for task in tasks.page(2, first[-1])] == ["a"]
    assert list(tasks.page(2, tasks.get("a"))) == []
