"""Processes that die while a disk is saved: nothing leaks, and the job may try again."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable

import pytest

from cyclades.bootstrap import Application
from cyclades.domain.model.build import BuildOrders, DiskToSave, SavedAs
from cyclades.domain.model.image import UPLOAD_LEASE, Status
from cyclades.domain.model.image_edits import Edit
from tests.adapters.simulated.hand_clock import HandClock
from tests.harness.api import CALLERS
from tests.harness.image_bytes import leaks

pytestmark = pytest.mark.slow  # each is a process that dies

CALLER = CALLERS["member"]
# Takes the data of `PUT /node/v1/build/data` until it dies at a place.
DOOMED = """
import sys
from pathlib import Path
from cyclades.bootstrap import Application
from cyclades.settings import Settings

url, folder, ticket = sys.argv[1:]
app = Application(Settings(
    database_url=url, secret_key_file=Path(folder) / "secret.key", var_dir=Path(folder),
    image_dir=Path(folder) / "images"))
app.build_desk.save(ticket, "one", [b"half", b"half"])
"""


def dies(app: Application, place: str, ticket: str) -> None:
    name, _, time = place.partition(":")
    done = subprocess.run(
        [
            *(sys.executable, "-W", "ignore", "-c", DOOMED, app.settings.database_url),
            *(str(app.settings.var_dir), ticket),
        ],
        env=os.environ | {"CYCLADES_FAULT": f"{name}:kill:{time}"},
        check=False,
        timeout=60,
    )
    assert done.returncode == -signal.SIGKILL


def status_of(app: Application, image_id: str) -> Status:
    with app.reader() as unit:
        return unit.images.show(CALLER, image_id).status


@pytest.mark.parametrize("place", ["upload-expected", "upload-chunk:2", "upload-written"])
def test_who_saves_a_disk_dies(
    application_maker: Callable[..., Application], sqlite_database_url: str, place: str
) -> None:
    app = application_maker(sqlite_database_url, build_ticket_ttl=10**9)
    edits = [Edit("add", "disk_format", "raw"), Edit("add", "container_format", "bare")]
    image = app.atomically(lambda unit: unit.images.create(CALLER, edits))
    save = DiskToSave(SavedAs.IMAGE, image.id, "raw")
    ticket = app.atomically(
        lambda unit: unit.builds.order("effect", "one", "it", BuildOrders(save=save))
    )
    dies(app, place, ticket)
    assert status_of(app, image.id) is Status.SAVING  # who knows: it may live
    app.clock = clock = HandClock()
    clock.passed += 2 * UPLOAD_LEASE.total_seconds()
    app.image_uploads.recover()
    assert leaks(app) == []
    app.build_desk.save(ticket, "one", [b"whole"])
    assert status_of(app, image.id) is Status.ACTIVE
    assert leaks(app) == []
