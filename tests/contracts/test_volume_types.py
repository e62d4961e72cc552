"""What any VolumeTypeRepository does."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Connection

from cyclades.adapters.sql.volume_types import SqlVolumeTypes
from cyclades.adapters.sql.volumes import SqlVolumes
from cyclades.domain.model.errors import AlreadyExists, Conflict, NotFound, StaleVersion
from cyclades.domain.model.listing import Listing, Order
from cyclades.domain.model.sharing import Scope
from cyclades.domain.model.volume_type import DEFAULT_NAME, VolumeType
from cyclades.ports.volume_types import VolumeTypeRepository
from tests.harness.samples import NOW, fresh
from tests.harness.volumes import DEFAULT_TYPE, a_volume

MINE, THEIRS, ALL = Scope("mine"), Scope("theirs"), Scope(None, everything=True)
BY_NAME = (Order("name"),)


@pytest.fixture
def types(connection: Connection) -> VolumeTypeRepository:
    return SqlVolumeTypes(connection)


def a_type(name: str, **values: Any) -> VolumeType:
    return VolumeType(fresh("type"), name, NOW, NOW, **values)


def test_what_goes_in_comes_out(types: VolumeTypeRepository) -> None:
    kind = a_type("fast", description="d", is_public=False, extra_specs={"k": "ü\"'"})
    types.add(kind)
    assert types.get(ALL, kind.id) == types.lock(kind.id) == types.named(ALL, "fast") == kind
    assert types.names(ALL) == [DEFAULT_NAME, "fast"]
    assert types.names(MINE) == [DEFAULT_NAME]
    saved = types.save(replace(kind, name="faster"))
    assert types.get(ALL, kind.id) == saved == replace(kind, name="faster", version=2)
    with pytest.raises(StaleVersion):
        types.save(kind)
    types.remove(kind.id)
    for find in (
        types.lock,
        lambda each: types.get(ALL, each),
        lambda each: types.named(ALL, each),
    ):
        with pytest.raises(NotFound):
            find(kind.id)


def test_names_are_taken_once_and_ids_come_first(types: VolumeTypeRepository) -> None:
    first = a_type("first")
    types.add(first)
    types.add(a_type(first.id))
    assert types.named(ALL, first.id) == first
    with pytest.raises(AlreadyExists):
        types.add(a_type("first"))
    with pytest.raises(AlreadyExists):
        types.save(replace(first, name=DEFAULT_NAME))


def test_private_ones_are_for_those_who_were_given_them(types: VolumeTypeRepository) -> None:
    kind = a_type("private", is_public=False)
    types.add(kind)
    types.allow(kind.id, "mine")
    assert types.projects(kind.id) == ["mine"]
    assert types.get(MINE, kind.id) == types.named(MINE, "private") == kind
    seen = [[each.name for each in types.list(Listing(s, order=BY_NAME))] for s in (MINE, THEIRS)]
    assert seen == [[DEFAULT_NAME, "private"], [DEFAULT_NAME]]
    with pytest.raises(NotFound):
        types.get(THEIRS, kind.id)
    with pytest.raises(AlreadyExists):
        types.allow(kind.id, "mine")
    types.disallow(kind.id, "mine")
    with pytest.raises(NotFound):
        types.disallow(kind.id, "mine")


def test_those_in_use_stay(types: VolumeTypeRepository, connection: Connection) -> None:
    other = a_type("other")
    types.add(other)
    assert not types.used(DEFAULT_TYPE)
    SqlVolumes(connection).add(a_volume())
    with pytest.raises(Conflict):
        types.remove(DEFAULT_TYPE)
    assert types.used(DEFAULT_TYPE)
    assert not types.used(other.id)


def test_lists(types: VolumeTypeRepository) -> None:
    for name in "abc":
        types.add(a_type(name, extra_specs={"letter": name}))
    wanted = Listing(ALL, {"extra_specs": ({"letter": "b"},)})
    assert [kind.name for kind in types.list(wanted)] == ["b"]
    page = Listing(ALL, order=BY_NAME, limit=2, marker=types.named(ALL, "a").id)
    assert [kind.name for kind in types.list(page)] == ["b", "c"]
