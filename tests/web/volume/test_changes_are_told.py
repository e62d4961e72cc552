"""Whatever changes a volume, or what belongs to one, tells the feed of it."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.web.bad_world import World, world
from tests.web.ledger import Ledger
from tests.web.volume.changes import CHANGES
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
