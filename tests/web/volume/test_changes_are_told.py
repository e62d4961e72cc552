"""Whatever changes a volume, or what belongs to one, tells the feed of it."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from cyclades.bootstrap import Unit
from cyclades.domain.model.operation import Operation
from cyclades.domain.model.volume import Place, VolumeStatus
from cyclades.domain.model.volume_attachment import AttachmentStatus
from tests.harness.compute import Cloud
from tests.web.bad_world import World, world
from tests.web.ledger import Ledger
from tests.web.owned import SERVER, make_all
from tests.web.volume.changes import CHANGES, OF_A_SERVER
from tests.web.volume.test_golden import filled


@pytest.fixture
def place(tmp_path: Path, sqlite_template: Path) -> Iterator[World]:
    file = tmp_path / "world.db"
    file.write_bytes(sqlite_template.read_bytes())
    with world(f"sqlite:///{file}", tmp_path) as made:
        yield made


def test_every_change_of_volumes_is_told(place: World) -> None:
    names: dict[str, str] = {}
    ledger = Ledger()
    ledger.watch(place.application.engine)
    for change in CHANGES:
        method, path = change.declared.split()
        path = re.sub(r"\{(id|project_id)\}", filled(change.id, names), path)
        body = filled(change.body, names)
        ledger.committed.clear()
        answer = place.api.call(
            method, path.format(key="key"), body, token=change.token, version=change.version
        )
        assert answer.status_int < 300, (change, answer.text)
        ledger.require_told((method, path))
        if change.keeps:
            (thing,) = answer.json.values()
            names |= {change.keeps: thing["id"], "auth_key": thing.get("auth_key", "")}


def test_what_servers_get_and_lose_is_told(place: World) -> None:
    server = make_all(place.api)[SERVER]
    Cloud(place.application, place.api, "", "").done(server, Operation.CREATE)
    wanted = {"volume": {"size": 1}}
    made = place.api.call("POST", "/volume/v3/volumes", wanted, status=202).json["volume"]["id"]
    ledger = Ledger()
    ledger.watch(place.application.engine)
    keeps = {"volumeId": made, "delete_on_termination": True}
    for operation, body in zip(OF_A_SERVER, ({"volumeId": made}, keeps, None), strict=True):
        method, path = operation.split()
        ledger.committed.clear()
        sent = {"volumeAttachment": body} if body else None
        url = path.format(id=server, volume_id=made)
        answer = place.api.call(method, url, sent, version="2.96")
        assert answer.status_int < 300, answer.text
        ledger.require_told((method, url))
        if method == "POST":
            place.application.atomically(lambda unit: arrive(unit, made))


def arrive(unit: Unit, volume_id: str) -> None:
    """As if the cluster had attached it."""
    volume = unit.volume_rows.by_id(volume_id)
    attachment = unit.volume_attachments.of_volume(volume_id)
    assert volume
    assert attachment
    there = {"status": VolumeStatus.IN_USE, "place": Place.SERVER, "task_id": None}
    unit.volume_rows.save(replace(volume, **there))  # type: ignore[arg-type]  # its fields
    unit.volume_attachments.save(replace(attachment, status=AttachmentStatus.ATTACHED))
