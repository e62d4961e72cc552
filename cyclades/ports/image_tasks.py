"""Imports of images: what workers are to do, and what became of it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from cyclades.domain.model.image_task import ImageTask, TaskStatus


class ImageTasks(Protocol):
    """Tasks go with their image."""

    def add(self, task: ImageTask) -> None:
        """Keep a new task, due at once."""
        ...

    def of(self, image_id: str) -> Sequence[ImageTask]:
        """An image's tasks, oldest first."""
        ...

    def get(self, task_id: str) -> ImageTask:
        """Raises NotFound."""
        ...

    def page(self, limit: int, after: ImageTask | None = None) -> Sequence[ImageTask]:
        """At most `limit` tasks of anybody's, newest first, after that one."""
        ...

    def claim(self, now: datetime, lease_until: datetime, per_owner: int) -> ImageTask | None:
        """The oldest task that is due, or whose worker was silent, under a new fence.

        None when there is none. Nobody's tasks take more than `per_owner` workers at once.
        """
        ...

    def beat(self, task: ImageTask, lease_until: datetime) -> bool:
        """Hold the task for longer; False when it was taken over or is gone."""
        ...

    def hold(self, task: ImageTask) -> bool:
        """Whether the task is still held, and stays so until this transaction ends."""
        ...

    def put_off(self, task: ImageTask, message: str, due: datetime) -> bool:
        """Let somebody try it again then; False when it is not held."""
        ...

    def finish(self, task: ImageTask, status: TaskStatus, message: str, now: datetime) -> bool:
        """It is over, and its URI forgotten; False when it is not held."""
        ...

    def forget(self, before: datetime, limit: int) -> int:
        """Drop at most `limit` tasks that finished before then; how many were."""
        ...
