"""A world with images to import, and a web that is what a test says."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from cyclades.bootstrap import Application
from cyclades.domain.model.errors import InvalidInput
from cyclades.domain.model.image import STAGE, Image
from cyclades.domain.model.image_edits import Edit
from cyclades.domain.model.image_task import ImageTask, Method
from cyclades.ports.web_downloads import WebDownloads
from tests.adapters.simulated.hand_clock import HandClock
from tests.harness.api import CALLERS

CALLER = CALLERS["member"]
URI = "https://files.example.org/a?signature=canary"
DATA = bytes(range(256)) * 256


@dataclass
class Downloads(WebDownloads):
    """What a test says, in pieces."""

    pieces: Callable[[], Iterator[bytes]] = lambda: iter([DATA])
    asked: list[str] = field(default_factory=list)

    def check(self, uri: str) -> None:
        if uri != URI:
            raise InvalidInput("Not from there.", "uri")

    def fetch(self, uri: str) -> Iterator[bytes]:
        self.asked.append(uri)
        yield from self.pieces()


@dataclass(frozen=True)
class World:
    app: Application
    clock: HandClock
    downloads: Downloads

    def image(self, disk_format: str = "raw") -> str:
        said = {"disk_format": disk_format, "container_format": "bare"}
        edits = [Edit("add", name, value) for name, value in said.items()]
        return self.app.atomically(lambda unit: unit.images.create(CALLER, edits)).id

    def staged(self, data: bytes, disk_format: str = "raw") -> str:
        image_id = self.image(disk_format)
        self.app.image_uploads.receive(CALLER, image_id, STAGE, [data])
        return image_id

    def start(self, image_id: str, method: Method = Method.WEB_DOWNLOAD) -> ImageTask:
        uri = URI if method is Method.WEB_DOWNLOAD else None
        return self.app.atomically(
            lambda unit: unit.image_imports.start(CALLER, image_id, method, uri, "req-1")
        )

    def task(self, image_id: str) -> ImageTask:
        with self.app.reader() as unit:
            return unit.image_imports.of(CALLER, image_id)[-1]

    def shown(self, image_id: str) -> Image:
        with self.app.reader() as unit:
            return unit.images.show(CALLER, image_id)

    def content(self, image_id: str) -> bytes:
        _, reader = self.app.image_uploads.open_as_system(image_id)
        return b"".join(reader)
