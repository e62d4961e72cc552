"""Imports from the promise to the end, good and bad."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest

from cyclades.bootstrap import Application
from cyclades.domain.model.errors import Forbidden, InvalidInput, NotFound, Unavailable
from cyclades.domain.model.image import Status
from cyclades.domain.model.image_edits import Edit
from cyclades.domain.model.image_task import KEPT, MOST_ATTEMPTS, Method, TaskStatus
from cyclades.workers.housekeeping import HousekeepingWorker
from cyclades.workers.images import ImagesWorker
from tests.adapters.simulated.hand_clock import HandClock
from tests.harness.api import CALLERS
from tests.harness.disk_images import qcow2
from tests.harness.image_bytes import do_imports, leaks
from tests.harness.processes import wait_until
from tests.services.importing import CALLER, DATA, URI, Downloads, World


@pytest.fixture
def maker(
    application_maker: Callable[..., Application], sqlite_database_url: str
) -> Callable[..., World]:
    def make(**settings: object) -> World:
        app = application_maker(sqlite_database_url, **settings)
        app.clock = clock = HandClock()
        app.web_downloads = downloads = Downloads()
        return World(app, clock, downloads)

    return make


@pytest.fixture
def world(maker: Callable[..., World]) -> World:
    return maker()


def refused(world: World, image_id: str, why: str) -> None:
    """It waits for other bytes and says why; nothing is kept."""
    image, task = world.shown(image_id), world.task(image_id)
    assert (image.status, image.content, image.upload) == (Status.QUEUED, None, None)
    assert (task.status, task.uri) == (TaskStatus.FAILURE, None)
    assert image.trouble == task.message
    assert why in task.message
    assert "canary" not in task.message
    assert leaks(world.app) == []


def test_a_download(world: World) -> None:
    image_id = world.image()
    task = world.start(image_id)
    assert (task.status, task.request_id, task.uri) == (TaskStatus.PENDING, "req-1", URI)
    assert world.shown(image_id).status is Status.IMPORTING
    do_imports(world.app)
    assert world.content(image_id) == DATA
    done = world.task(image_id)
    assert (done.status, done.message, done.uri) == (TaskStatus.SUCCESS, "", None)
    assert world.downloads.asked == [URI]
    assert leaks(world.app) == []


@pytest.mark.parametrize("conversion", ["", "raw"])
def test_staged_bytes_and_their_conversion(maker: Callable[..., World], conversion: str) -> None:
    world = maker(image_conversion=conversion)
    data = qcow2(DATA, 1 << 20)
    image_id = world.staged(data, "qcow2")
    world.start(image_id, Method.GLANCE_DIRECT)
    do_imports(world.app)
    image = world.shown(image_id)
    assert image.status is Status.ACTIVE
    assert image.disk_size == 1 << 20
    assert image.disk_format == (conversion or "qcow2")
    assert world.content(image_id) == (DATA.ljust(1 << 20, b"\0") if conversion else data)
    assert leaks(world.app) == []


def test_who_may_not(world: World) -> None:
    image_id = world.image()
    for caller, error in ((CALLERS["other"], NotFound),):
        with pytest.raises(error), world.app.reader() as unit:
            unit.image_imports.start(caller, image_id, Method.WEB_DOWNLOAD, URI)
    published = [Edit("add", "visibility", "public")]
    world.app.atomically(lambda unit: unit.images.edit(CALLERS["admin"], image_id, published))
    with world.app.reader() as unit:
        with pytest.raises(Forbidden):
            unit.image_imports.start(CALLERS["other"], image_id, Method.WEB_DOWNLOAD, URI)
        with pytest.raises(Forbidden):
            unit.image_imports.of(CALLERS["other"], image_id)


@pytest.mark.parametrize(
    ("method", "uri"),
    [
        (Method.WEB_DOWNLOAD, None),
        (Method.GLANCE_DIRECT, URI),
        (Method.WEB_DOWNLOAD, "https://127.0.0.1/"),
    ],
)
def test_what_is_never_begun(world: World, method: Method, uri: str | None) -> None:
    image_id = world.image()
    with pytest.raises(InvalidInput), world.app.reader() as unit:
        unit.image_imports.start(CALLER, image_id, method, uri)
    assert world.shown(image_id).status is Status.QUEUED


def failing(error: Exception) -> Callable[[], Iterator[bytes]]:
    def pieces() -> Iterator[bytes]:
        yield DATA
        raise error

    return pieces


@pytest.mark.parametrize(
    ("disk_format", "pieces", "why"),
    [
        ("raw", failing(InvalidInput("The server is too slow.")), "too slow"),
        ("raw", lambda: iter([]), "no data"),
        ("raw", lambda: iter([qcow2()]), "looks like qcow2"),
        ("qcow2", lambda: iter([DATA]), "no qcow2 image"),
        ("qcow2", lambda: iter([qcow2(size=1 << 50, l1_size=1 << 22)]), ""),
        ("qcow2", lambda: iter([qcow2(backing=104, backing_size=1)]), "backing file"),
    ],
)
def test_bytes_that_are_refused(
    world: World, disk_format: str, pieces: Callable[[], Iterator[bytes]], why: str
) -> None:
    world.downloads.pieces = pieces
    image_id = world.image(disk_format)
    world.start(image_id)
    do_imports(world.app)
    refused(world, image_id, why)
    world.downloads.pieces = lambda: iter([DATA if disk_format == "raw" else qcow2()])
    world.start(image_id)
    do_imports(world.app)
    assert world.shown(image_id).status is Status.ACTIVE


@pytest.mark.parametrize("limit", ["image_max_bytes", "image_max_virtual_bytes", "quota"])
def test_limits(maker: Callable[..., World], limit: str) -> None:
    """Of bytes, of the disk inside, and of the project."""
    name = {"quota": "quota_image_size_total"}.get(limit, limit)
    world = maker(**{name: 0 if limit == "quota" else 1000})
    image_id = world.image()
    world.start(image_id)
    do_imports(world.app)
    refused(world, image_id, "Quota" if limit == "quota" else "1000")


@pytest.mark.parametrize("error", [Unavailable("The server answers 503."), RuntimeError("canary")])
def test_trouble_that_may_pass_is_tried_again(world: World, error: Exception) -> None:
    image_id = world.image()
    world.start(image_id)
    world.downloads.pieces = failing(error)
    for attempt in range(1, MOST_ATTEMPTS + 1):
        task = world.app.image_importer.claim()
        assert task is not None
        assert task.attempts == attempt
        with suppress(RuntimeError):
            world.app.image_importer.work(task, lambda: True)
        assert world.app.image_importer.claim() is None
        assert leaks(world.app) == []
        world.clock.passed += 1000
    refused(world, image_id, "503" if isinstance(error, Unavailable) else "interrupted")


def test_an_image_deleted_meanwhile(world: World) -> None:
    image_id = world.image()

    def pieces() -> Iterator[bytes]:
        yield DATA
        world.app.atomically(lambda unit: unit.images.delete(CALLER, image_id))
        yield DATA

    world.start(image_id)
    world.downloads.pieces = pieces
    do_imports(world.app)
    assert leaks(world.app) == []
    with pytest.raises(NotFound):
        world.shown(image_id)


def test_who_was_silent_for_too_long_has_lost(world: World) -> None:
    image_id = world.image()
    lease = timedelta(seconds=world.app.settings.image_import_lease)

    def pieces() -> Iterator[bytes]:
        yield b"slow"
        world.clock.passed += 2 * lease.total_seconds()
        world.downloads.pieces = lambda: iter([DATA])
        do_imports(world.app)
        yield b"er"

    world.start(image_id)
    world.downloads.pieces = pieces
    do_imports(world.app)
    assert world.content(image_id) == DATA
    assert world.task(image_id).attempts == 2
    assert leaks(world.app) == []


def test_a_slow_one_that_gives_signs_of_life_keeps_it(world: World) -> None:
    image_id = world.image()

    def pieces() -> Iterator[bytes]:
        for _ in range(10):
            world.clock.passed += world.app.settings.image_import_lease * 0.9
            yield DATA
            world.app.image_uploads.recover()
            assert world.app.image_importer.claim() is None

    world.start(image_id)
    world.downloads.pieces = pieces
    do_imports(world.app)
    assert world.content(image_id) == DATA * 10


def test_a_full_disk(world: World) -> None:
    """Staged bytes stay until there is room for the import again."""
    image_id = world.staged(DATA)
    world.start(image_id, Method.GLANCE_DIRECT)
    folder = world.app.settings.image_dir
    away = folder.rename(folder.with_name("away"))
    folder.write_text("no folder")
    do_imports(world.app)
    assert world.task(image_id).status in {TaskStatus.PENDING, TaskStatus.FAILURE}
    folder.unlink()
    away.rename(folder)


def test_the_worker_works_and_stops(world: World) -> None:
    first, second = world.image(), world.image()
    worker = ImagesWorker(world.app)
    world.start(first)
    assert worker.turn() == 0
    wait_until(lambda: world.shown(first).status is Status.ACTIVE, "the import")
    assert worker.turn() > 0

    def endless() -> Iterator[bytes]:
        while True:
            yield b""

    world.downloads.pieces = endless
    world.start(second)
    assert worker.turn() == 0
    wait_until(lambda: len(world.downloads.asked) == 2, "the second import")
    worker.close()
    assert world.task(second).status is TaskStatus.PENDING
    world.downloads.pieces = lambda: iter([DATA])
    do_imports(world.app)
    assert world.content(second) == DATA
    assert leaks(world.app) == []


def test_tasks_are_forgotten_after_a_while(world: World, tmp_path: Path) -> None:
    image_id = world.image()
    world.start(image_id)
    do_imports(world.app)
    HousekeepingWorker(world.app).turn()
    assert world.task(image_id).status is TaskStatus.SUCCESS
    world.clock.passed += KEPT.total_seconds() + 1
    HousekeepingWorker(world.app).turn()
    with world.app.reader() as unit:
        assert list(unit.image_imports.of(CALLER, image_id)) == []
    assert world.content(image_id) == DATA
