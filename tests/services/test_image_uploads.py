"""Uploads that fail, stall, or die with their process."""

import errno
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from cyclades.adapters.inspection import inspector
from cyclades.adapters.system.clock import SystemClock
from cyclades.bootstrap import Application
from cyclades.domain.model.errors import (
    Conflict,
    InvalidInput,
    NotFound,
    OverQuota,
    TooLarge,
    Unavailable,
)
from cyclades.domain.model.identity import Caller
from cyclades.domain.model.image import UPLOAD, UPLOAD_LEASE, Image, Status
from cyclades.domain.model.image_edits import Edit
from cyclades.domain.model.image_formats import WrongFormat
from tests.harness.api import CALLERS
from tests.harness.disk_images import qcow2
from tests.harness.image_bytes import leaks

CALLER = CALLERS["member"]
DESCRIBED = [Edit("add", "disk_format", "raw"), Edit("add", "container_format", "bare")]
# Sends half of an image, then hangs until it is killed.
HALF_AN_UPLOAD = """
import sys, time
from pathlib import Path
from cyclades.bootstrap import Application
from cyclades.domain.model.identity import Caller
from cyclades.domain.model.image import UPLOAD
from cyclades.settings import Settings

url, folder, user, project, image = sys.argv[1:]
app = Application(Settings(database_url=url, secret_key_file=Path(folder) / "secret.key",
                           image_dir=Path(folder) / "images"))

def pieces():
    yield b"x" * 100_000
    print("half", flush=True)
    time.sleep(600)

caller = Caller(user, project, roles=frozenset({"member"}))
app.image_uploads.receive(caller, image, UPLOAD, pieces())
"""


class LaterClock(SystemClock):
    """Ahead by as much as a test says."""

    ahead = timedelta(0)

    def now(self) -> datetime:
        return super().now() + self.ahead

    def monotonic(self) -> float:
        return super().monotonic() + self.ahead.total_seconds()


@pytest.fixture
def later(application: Application) -> LaterClock:
    clock = LaterClock()
    application.clock = clock
    return clock


def make(application: Application) -> str:
    return application.atomically(lambda unit: unit.images.create(CALLER, DESCRIBED)).id


def shown(application: Application, image_id: str, caller: Caller = CALLER) -> Image:
    with application.reader() as unit:
        return unit.images.show(caller, image_id)


def files(application: Application) -> list[Path]:
    folder = application.settings.image_dir
    return sorted(folder.iterdir()) if folder.exists() else []


def test_no_transaction_is_open_while_bytes_flow(application: Application) -> None:
    """SQLite has one writer: another one would have to wait for the upload's end."""
    image_id = make(application)

    def pieces() -> Iterator[bytes]:
        yield b"x"
        assert shown(application, image_id).status is Status.SAVING
        make(application)
        yield b"y"

    done = application.image_uploads.receive(CALLER, image_id, UPLOAD, pieces())
    assert done.status is Status.ACTIVE


def test_a_rename_during_the_upload_is_kept(application: Application) -> None:
    image_id = make(application)

    def pieces() -> Iterator[bytes]:
        yield b"x"
        edits = [Edit("add", "name", "renamed")]
        application.atomically(lambda unit: unit.images.edit(CALLER, image_id, edits))

    done = application.image_uploads.receive(CALLER, image_id, UPLOAD, pieces())
    assert (done.name, done.status) == ("renamed", Status.ACTIVE)


def test_an_image_deleted_during_the_upload_stays_deleted(application: Application) -> None:
    image_id = make(application)

    def pieces() -> Iterator[bytes]:
        yield b"x"
        application.atomically(lambda unit: unit.images.delete(CALLER, image_id))

    with pytest.raises(NotFound):
        application.image_uploads.receive(CALLER, image_id, UPLOAD, pieces())
    assert files(application) == []
    assert leaks(application) == []


def test_a_killed_upload_is_recovered(application: Application, later: LaterClock) -> None:
    image_id, settings = make(application), application.settings
    arguments = [
        *(settings.database_url, str(settings.image_dir.parent)),
        *(CALLER.user_id, CALLER.project_id or "", image_id),
    ]
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", HALF_AN_UPLOAD, *arguments],
        stdout=subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == b"half\n"
    finally:
        process.kill()
        process.communicate()
    assert shown(application, image_id).status is Status.SAVING
    assert len(files(application)) == 1
    uploads = application.image_uploads
    assert (uploads.recover().uploads, len(files(application))) == (0, 1)  # it may live yet

    later.ahead = UPLOAD_LEASE + timedelta(seconds=1)
    recovered = uploads.recover()
    assert (recovered.uploads, recovered.blobs) == (1, 0)
    assert shown(application, image_id).status is Status.QUEUED
    assert files(application) == []
    assert uploads.receive(CALLER, image_id, UPLOAD, [b"whole"]).status is Status.ACTIVE


def test_a_stalled_upload_finds_that_it_was_given_up(
    application: Application, later: LaterClock
) -> None:
    image_id = make(application)

    def pieces() -> Iterator[bytes]:
        yield b"slow"
        later.ahead += UPLOAD_LEASE * 2
        assert application.image_uploads.recover().uploads == 1
        application.image_uploads.receive(CALLER, image_id, UPLOAD, [b"fast"])
        yield b"er"

    with pytest.raises(Conflict):
        application.image_uploads.receive(CALLER, image_id, UPLOAD, pieces())
    data = shown(application, image_id).data
    assert data is not None
    assert b"".join(application.image_store.read(data.blob)) == b"fast"
    assert [path.name for path in files(application)] == [data.blob]


def test_a_slow_upload_that_gives_signs_of_life_is_left_alone(
    application: Application, later: LaterClock
) -> None:
    image_id = make(application)

    def pieces() -> Iterator[bytes]:
        for _ in range(5):
            later.ahead += UPLOAD_LEASE * 0.9
            yield b"x"
            assert application.image_uploads.recover().uploads == 0

    done = application.image_uploads.receive(CALLER, image_id, UPLOAD, pieces())
    assert done.disk_size == 5


def breaking_off() -> Iterator[bytes]:
    yield b"half"
    raise InvalidInput("The connection broke before the data was complete.")


def full(_descriptor: int) -> None:
    raise OSError(errno.ENOSPC, "full")


@pytest.mark.parametrize(
    ("limits", "pieces", "error"),
    [
        ({}, breaking_off, InvalidInput),
        ({}, lambda: iter([qcow2()]), WrongFormat),
        ({"image_max_bytes": 3}, lambda: iter([b"ab", b"cd"]), TooLarge),
        ({"image_max_virtual_bytes": 3}, lambda: iter([b"ab", b"cd"]), TooLarge),
        ({"quota_image_size_total": 0}, lambda: iter([b"ab", b"cd"]), OverQuota),
        ({"full": 1}, lambda: iter([b"ab", b"cd"]), Unavailable),
        ({"sandbox": 1}, lambda: iter([b"ab", b"cd"]), Unavailable),
    ],
    ids=["client", "format", "bytes", "disk", "quota", "full", "sandbox"],
)
def test_whatever_breaks_an_upload_leaves_nothing(
    application_maker: Callable[..., Application],
    sqlite_database_url: str,
    monkeypatch: pytest.MonkeyPatch,
    limits: dict[str, int],
    pieces: Callable[[], Iterator[bytes]],
    error: type[Exception],
) -> None:
    if limits.pop("full", 0):
        monkeypatch.setattr(os, "fsync", full)
    if limits.pop("sandbox", 0):
        monkeypatch.setattr(inspector, "COMMAND", ("/nowhere/python",))
    app = application_maker(sqlite_database_url, **limits)
    image_id = make(app)
    with pytest.raises(error):
        app.image_uploads.receive(CALLER, image_id, UPLOAD, pieces())
    assert shown(app, image_id).status is Status.QUEUED
    assert leaks(app) == []


def test_the_systems_own_disks_are_raw_whatever_a_guest_wrote(application: Application) -> None:
    image_id, data = make(application), qcow2()
    done = application.image_uploads.receive_as_system(image_id, [data], len(data))
    assert done.disk_size == len(data)
    content, reader = application.image_uploads.open_as_system(image_id, 4, 10)
    assert (content.size, b"".join(reader)) == (len(data), data[4:14])
    application.atomically(lambda unit: unit.images.act(CALLER, image_id, "deactivate"))
    with pytest.raises(Conflict):
        application.image_uploads.open_as_system(image_id)
    with pytest.raises(NotFound):
        application.image_uploads.open_as_system("another")
    assert leaks(application) == []


def test_blobs_of_nobody_are_swept(application: Application) -> None:
    uploads = application.image_uploads
    image_id = make(application)
    uploads.receive(CALLER, image_id, UPLOAD, [b"x"])
    application.image_store.write("orphan", [b"x"], 10)
    (application.settings.image_dir / "killed.part").write_bytes(b"x")
    assert uploads.recover().blobs == 2
    assert len(files(application)) == 1
    assert uploads.recover().blobs == 0


def test_servers_are_made_of_active_images_only(application: Application) -> None:
    image_id = make(application)
    with application.reader() as unit:
        with pytest.raises(InvalidInput):
            unit.images.usable(CALLER, image_id)
        with pytest.raises(NotFound):
            unit.images.usable(CALLERS["other"], image_id)
    application.image_uploads.receive(CALLER, image_id, UPLOAD, [b"x"])
    with application.reader() as unit:
        assert unit.images.usable(CALLER, image_id).disk_size == 1


def test_the_small_image_is_made_once(application: Application) -> None:
    uploads, admin = application.image_uploads, CALLERS["admin"]
    first = uploads.ensure_small_image(admin)
    assert uploads.ensure_small_image(admin).id == first.id
    assert shown(application, first.id, CALLERS["other"]).disk_size == 1 << 20


def test_a_big_image_needs_little_memory(application: Application) -> None:
    """The server's own buffering aside: what we do with a stream is bounded."""
    process = Path("/proc/self/status")

    def peak() -> int:
        line = next(row for row in process.read_text().splitlines() if row.startswith("VmRSS"))
        return int(line.split()[1])

    image_id, piece, before, most = make(application), bytes(1 << 18), peak(), 0

    def pieces() -> Iterator[bytes]:
        nonlocal most
        for _ in range(512):
            most = max(most, peak())
            yield piece

    application.image_uploads.receive(CALLER, image_id, UPLOAD, pieces())
    assert most - before < 16 << 10  # kB
