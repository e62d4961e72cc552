"""Imports, one transaction at a time: asking for one, and the steps of whoever does it.

How the bytes flow between these steps is in image_importer.py.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from cyclades.domain.model.errors import CycladesError, InvalidInput, NotFound, Unavailable
from cyclades.domain.model.identity import Caller
from cyclades.domain.model.image import Content, Image
from cyclades.domain.model.image_import import brought, imported, importing, refused, writing
from cyclades.domain.model.image_task import (
    KEPT,
    MOST_ATTEMPTS,
    RETRY_AFTER,
    ImageTask,
    Method,
    TaskStatus,
)
from cyclades.domain.services.images import EVERYWHERE, Images
from cyclades.ports.image_tasks import ImageTasks

PER_OWNER = 2  # workers that one project's imports take at once
AGAIN = "It was interrupted, and is tried again."
TOO_OFTEN = "The import was interrupted too often. Please try again."


class LostTask(CycladesError):
    """Somebody else has the task, or it is gone with its image."""


@dataclass(frozen=True, slots=True)
class ImageImports:
    """`check` refuses URIs that will never be fetched; `wake` hints a worker."""

    images: Images
    tasks: ImageTasks
    check: Callable[[str], None]
    wake: Callable[[], None]

    def start(
        self,
        caller: Caller,
        image_id: str,
        method: Method,
        uri: str | None = None,
        request_id: str = "",
    ) -> ImageTask:
        """Promise an import. Raises NotFound, Forbidden, Conflict, InvalidInput."""
        image = self.images.owned(caller, image_id, "import_image")
        if (uri is None) is (method is Method.WEB_DOWNLOAD):
            raise InvalidInput(f"{method} {'needs a' if uri is None else 'takes no'} uri.", "uri")
        if uri is not None:
            self.check(uri)
        now = self._now()
        self.images.save(image, importing(image, method, now))
        task = ImageTask(
            self.images.ids.new(),
            image.id,
            image.owner,
            caller.user_id,
            request_id,
            method,
            now,
            now,
            uri,
        )
        self.tasks.add(task)
        self.wake()
        return task

    def of(self, caller: Caller, image_id: str) -> Sequence[ImageTask]:
        """What was asked for, of an image of one's own. Raises NotFound, Forbidden."""
        return self.tasks.of(self.images.owned(caller, image_id, "get_task").id)

    def show(self, task_id: str) -> ImageTask:
        """Anybody's: for administrators. Raises NotFound."""
        return self.tasks.get(task_id)

    def page(self, limit: int, marker: str | None = None) -> Sequence[ImageTask]:
        """Everybody's, newest first: for administrators. Raises InvalidInput for the marker."""
        try:
            after = self.tasks.get(marker) if marker else None
        except NotFound as error:
            raise InvalidInput(f"There is no task {(marker or '')[:64]}.", "marker") from error
        return self.tasks.page(limit, after)

    def claim(self, lease: timedelta) -> ImageTask | None:
        """Something to do, held for so long. Tasks that killed their workers end here."""
        now = self._now()
        task = self.tasks.claim(now, now + lease, PER_OWNER)
        if task is not None and task.attempts > MOST_ATTEMPTS:
            self.fail(task, task.message or TOO_OFTEN)
            return self.claim(lease)
        return task

    def image_of(self, task: ImageTask) -> Image:
        """Raises LostTask when it was deleted, or the task taken over."""
        if not self.tasks.hold(task):
            raise LostTask(f"The import of image {task.image_id} was taken over or given up.")
        return self._found(task)

    def expect(self, task: ImageTask, blob: str) -> Image:
        """From now on, bytes are written to `blob`."""
        image = self.image_of(task)
        return self.images.save(image, writing(image, blob, self._now()))

    def unexpect(self, task: ImageTask, blob: str) -> None:
        """Nothing is written to `blob` any more."""
        image = self.image_of(task)
        if image.upload is not None and image.upload.blob == blob:
            self.images.save(image, replace(image, upload=None))

    def beat(self, task: ImageTask, lease: timedelta) -> None:
        """It goes on. Raises LostTask."""
        if not self.tasks.beat(task, self._now() + lease):
            raise LostTask(f"The import of image {task.image_id} was taken over or given up.")

    def keep(self, task: ImageTask, content: Content, disk_format: str) -> Image:
        """These bytes, in this format, are what the image is made of from now on."""
        image = self.image_of(task)
        after = brought(image, content, self._now())
        saved = self.images.save(image, replace(after, disk_format=disk_format))
        if image.content is not None:
            self.images.discard(image.content.blob)
        return saved

    def finish(self, task: ImageTask, virtual_size: int) -> None:
        """The image is what it should be."""
        image, now = self.image_of(task), self._now()
        self.images.save(image, imported(image, virtual_size, now))
        self.tasks.finish(task, TaskStatus.SUCCESS, "", now)

    def fail(self, task: ImageTask, why: str) -> None:
        """The image waits for other bytes, and says why."""
        image, now = self.image_of(task), self._now()
        self.images.save(image, refused(image, why, now))
        self.tasks.finish(task, TaskStatus.FAILURE, why, now)
        if image.content is not None:
            self.images.discard(image.content.blob)

    def put_off(self, task: ImageTask, error: Exception) -> None:
        """Try it again later, as long as that makes sense."""
        why = str(error) if isinstance(error, Unavailable) else AGAIN
        if task.attempts >= MOST_ATTEMPTS:
            self.fail(task, why if isinstance(error, Unavailable) else TOO_OFTEN)
        else:
            self.tasks.put_off(task, why, self._now() + RETRY_AFTER * task.attempts)

    def let_go(self, task: ImageTask) -> None:
        """Whoever does it must end; another may begin at once."""
        self.tasks.put_off(task, AGAIN, self._now())

    def forget(self, limit: int) -> int:
        """Drop tasks of long ago; how many."""
        return self.tasks.forget(self._now() - KEPT, limit)

    def _found(self, task: ImageTask) -> Image:
        try:
            return self.images.repository.get(task.image_id, EVERYWHERE)
        except NotFound as error:
            raise LostTask(f"Image {task.image_id} was deleted.") from error

    def _now(self) -> datetime:
        return self.images.clock.now()
