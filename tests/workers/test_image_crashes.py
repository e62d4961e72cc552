"""Processes that die while images' bytes are on their way: nothing leaks, imports go on."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from cyclades.bootstrap import Application
from cyclades.domain.model.image import UPLOAD, UPLOAD_LEASE, Image, Status
from cyclades.domain.model.image_edits import Edit
from cyclades.domain.model.image_task import Method, TaskStatus
from tests.adapters.simulated.hand_clock import HandClock
from tests.harness.api import CALLERS
from tests.harness.disk_images import qcow2
from tests.harness.image_bytes import do_imports, leaks
from tests.harness.web_files import WebServer, sends, web_server

pytestmark = pytest.mark.slow  # each is a process that dies

CALLER = CALLERS["member"]
DATA = bytes(range(256)) * 256
LATER = UPLOAD_LEASE + timedelta(minutes=1)
# Uploads to an image, or does imports, until it dies at a place.
DOOMED = """
import sys
from pathlib import Path
from cyclades.bootstrap import Application
from cyclades.domain.model.identity import Caller
from cyclades.domain.model.image import UPLOAD
from cyclades.settings import Settings

url, folder, port, image, user, project = sys.argv[1:]
app = Application(Settings(
    database_url=url, secret_key_file=Path(folder) / "secret.key", var_dir=Path(folder),
    image_dir=Path(folder) / "images", image_conversion="raw", web_download_schemes=("http",),
    web_download_ports=(port,), web_download_allowed=("127.0.0.0/8",)))
if image:
    caller = Caller(user, project, roles=frozenset({"member"}))
    app.image_uploads.receive(caller, image, UPLOAD, [b"half", b"half"])
while task := app.image_importer.claim():
    app.image_importer.work(task, lambda: True)
"""


@pytest.fixture
def server() -> Iterator[WebServer]:
    with web_server(sends(qcow2(DATA, 1 << 20))) as server:
        yield server


@pytest.fixture
def app(
    application_maker: Callable[..., Application], sqlite_database_url: str, server: WebServer
) -> Application:
    return application_maker(
        sqlite_database_url,
        image_conversion="raw",
        web_download_schemes=("http",),
        web_download_ports=(str(server.port),),
        web_download_allowed=("127.0.0.0/8",),
    )


def dies(app: Application, place: str, image_id: str = "") -> None:
    settings = app.settings
    name, _, time = place.partition(":")
    done = subprocess.run(
        [
            *(sys.executable, "-W", "ignore", "-c", DOOMED, settings.database_url),
            *(str(settings.var_dir), *settings.web_download_ports, image_id),
            *(CALLER.user_id, CALLER.project_id or ""),
        ],
        env=os.environ | {"CYCLADES_FAULT": f"{name}:kill:{time}"},
        check=False,
        timeout=60,
    )
    assert done.returncode == -signal.SIGKILL


def time_passes(app: Application) -> None:
    """Until nobody believes that the dead live."""
    app.clock = clock = HandClock()
    clock.passed += LATER.total_seconds()


def make(app: Application, disk_format: str) -> str:
    said = {"disk_format": disk_format, "container_format": "bare"}
    edits = [Edit("add", name, value) for name, value in said.items()]
    return app.atomically(lambda unit: unit.images.create(CALLER, edits)).id


def shown(app: Application, image_id: str) -> Image:
    with app.reader() as unit:
        return unit.images.show(CALLER, image_id)


@pytest.mark.parametrize(
    ("place", "deleted"),
    [
        ("upload-expected", False),
        ("upload-chunk:2", False),
        ("upload-chunk:2", True),
        ("upload-written", False),
        ("upload-inspected", False),
    ],
)
def test_an_uploads_process_dies(app: Application, place: str, *, deleted: bool) -> None:
    image_id = make(app, "raw")
    dies(app, place, image_id=image_id)
    assert shown(app, image_id).status is Status.SAVING
    if deleted:  # while it is saving: its bytes and their quota must go as well
        app.atomically(lambda unit: unit.images.delete(CALLER, image_id))
    time_passes(app)
    app.image_uploads.recover()
    assert leaks(app) == []
    if not deleted:
        app.image_uploads.receive(CALLER, image_id, UPLOAD, [DATA])
        assert shown(app, image_id).disk_size == len(DATA)
        assert leaks(app) == []


def begun(app: Application) -> str:
    image_id = make(app, "qcow2")
    uri = f"http://127.0.0.1:{app.settings.web_download_ports[0]}/image"
    app.atomically(
        lambda unit: unit.image_imports.start(CALLER, image_id, Method.WEB_DOWNLOAD, uri)
    )
    return image_id


IMPORT_PLACES = (
    *("importing", "expecting", "written", "brought", "inspected", "expecting:2", "written:2"),
    *("converted", "imported"),
)


@pytest.mark.parametrize("place", IMPORT_PLACES)
def test_an_imports_process_dies(app: Application, server: WebServer, place: str) -> None:
    """Somebody else goes on from what is there."""
    image_id = begun(app)
    dies(app, place)
    app.image_uploads.recover()
    time_passes(app)
    do_imports(app)
    app.image_uploads.recover()
    image = shown(app, image_id)
    assert (image.status, image.disk_format) == (Status.ACTIVE, "raw")
    _, reader = app.image_uploads.open_as_system(image_id)
    assert b"".join(reader) == DATA.ljust(1 << 20, b"\0")
    with app.reader() as unit:
        (task,) = unit.image_imports.of(CALLER, image_id)
    assert (task.status, task.attempts) == (TaskStatus.SUCCESS, 1 if place == "imported" else 2)
    # What was brought is not fetched again.
    assert len(server.asked) == (2 if place == "written" else 1)
    assert leaks(app) == []


def test_an_image_is_deleted_while_its_imports_process_is_dead(app: Application) -> None:
    image_id = begun(app)
    dies(app, "written:2")
    app.atomically(lambda unit: unit.images.delete(CALLER, image_id))
    time_passes(app)
    do_imports(app)
    app.image_uploads.recover()
    assert leaks(app) == []
