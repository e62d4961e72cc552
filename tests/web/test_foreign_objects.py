"""What belongs to somebody else looks exactly like what does not exist."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cyclades.web.resource import Access
from tests.web.bad_world import MISSING, PARAMETER, Declared, World, declared, world
from tests.web.owned import BODIES, CHANGES, make_all

KINDS = {"PATCH": "application/openstack-images-v2.1-json-patch", "raw": "application/octet-stream"}


def owner_of(item: Declared) -> str | None:
    """The path of the object that an operation of tenants is about."""
    if item.operation.access is Access.ADMIN:
        return None
    return next(
        (path for path in BODIES if item.path == path or item.path.startswith(f"{path}/")), None
    )


@pytest.fixture(scope="module")
def place(
    tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path
) -> Iterator[tuple[World, dict[str, str]]]:
    folder = tmp_path_factory.mktemp("foreign")
    file = folder / "world.db"
    file.write_bytes(sqlite_template.read_bytes())
    with world(f"sqlite:///{file}", folder) as made:
        mine = make_all(made.api)
        made.changes()
        yield made, mine


def test_every_change_is_tried() -> None:
    unnamed = [
        str(item)
        for item in declared(lambda item: owner_of(item) is not None)
        if (item.operation.body is not None or item.operation.raw) and str(item) not in CHANGES
    ]
    assert unnamed == []


@pytest.mark.parametrize("item", declared(lambda item: owner_of(item) is not None), ids=str)
def test_foreign_is_missing(place: tuple[World, dict[str, str]], item: Declared) -> None:
    there, mine = place
    path = owner_of(item)
    assert path
    theirs, missing = (answer(there, item, path, one) for one in (mine[path], MISSING))
    assert theirs == missing
    assert there.changes() == []


def answer(there: World, item: Declared, path: str, one: str) -> tuple[int, str]:
    """Status and body for another tenant, who asks with this id."""
    (name, _), *_ = PARAMETER.findall(path)
    raw = KINDS["raw"] if item.operation.raw else "application/json"
    said: Any = there.ask(
        item,
        item.url("some", **{name: one}),
        CHANGES.get(str(item)),
        token="other",
        headers={"Content-Type": KINDS.get(item.operation.method, raw)},
    )
    assert said.status_int == 404, (one, said.status, said.text[:300])
    return said.status_int, re.sub(re.escape(one), "ID", said.text)
