"""What any FlavorRepository does."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Connection

from cyclades.adapters.sql.flavors import SqlFlavors
from cyclades.domain.model.errors import AlreadyExists, InvalidInput, NotFound
from cyclades.domain.model.flavor import Flavor, FlavorQuery, default_flavors
from cyclades.domain.model.sharing import Scope
from cyclades.ports.flavors import FlavorRepository

ALL = Scope(None, everything=True)
MINE = Scope("p1")
THEIRS = Scope("p2")
SECRET = Flavor("9", "secret", vcpus=1, ram=100, disk=1, is_public=False)


@pytest.fixture
def flavors(connection: Connection) -> FlavorRepository:
    return SqlFlavors(connection)


def names(flavors: FlavorRepository, scope: Scope = ALL, **query: Any) -> list[str]:
    wanted = replace(FlavorQuery(limit=100), **query)
    return [flavor.name for flavor in flavors.list(scope, wanted)]


def test_what_goes_in_comes_out(flavors: FlavorRepository) -> None:
    flavor = Flavor(
        "x", "ü", 2, 3, 4, 5, 6, 1.5, disabled=True, description="d", extra_specs={"a": "b"}
    )
    flavors.add(flavor)
    assert flavors.get(MINE, "x") == flavor
    assert flavors.count() == 1


def test_ids_and_names_are_unique(flavors: FlavorRepository) -> None:
    flavors.add(SECRET)
    for twin in (replace(SECRET, id="10"), replace(SECRET, name="other")):
        with pytest.raises(AlreadyExists):
            flavors.add(twin)
    assert flavors.count() == 1


@pytest.mark.parametrize("scope", [ALL, MINE])
def test_unknown_is_not_found(flavors: FlavorRepository, scope: Scope) -> None:
    for verb in (
        lambda: flavors.get(scope, "no"),
        lambda: flavors.describe("no", "x"),
        lambda: flavors.change_specs("no", {"a": "b"}, ()),
        lambda: flavors.remove("no"),
        lambda: flavors.disallow("no", "p1"),
    ):
        with pytest.raises(NotFound):
            verb()


def test_a_private_flavor_is_for_whom_it_was_given_to(flavors: FlavorRepository) -> None:
    flavors.add(SECRET)
    flavors.allow("9", "p1")
    assert flavors.get(MINE, "9") == flavors.get(ALL, "9") == SECRET
    with pytest.raises(NotFound):
        flavors.get(THEIRS, "9")
    assert names(flavors, MINE) == ["secret"]
    assert names(flavors, THEIRS) == []
    assert names(flavors, ALL, is_public=None) == ["secret"]
    assert names(flavors, ALL, is_public=False) == ["secret"]
    assert names(flavors, ALL) == []
    assert flavors.projects("9") == ["p1"]
    with pytest.raises(AlreadyExists):
        flavors.allow("9", "p1")
    flavors.disallow("9", "p1")
    assert names(flavors, MINE) == []


def test_removing_forgets_who_had_access(flavors: FlavorRepository) -> None:
    flavors.add(SECRET)
    flavors.allow("9", "p1")
    flavors.remove("9")
    flavors.add(SECRET)
    assert flavors.projects("9") == []


def test_filters(flavors: FlavorRepository) -> None:
    for flavor in default_flavors():
        flavors.add(flavor)
    flavors.add(Flavor("0", "off", 1, 9999, 999, disabled=True))
    assert names(flavors, min_ram=4096, min_disk=40) == ["m1.large", "m1.xlarge"]
    assert "off" not in names(flavors)
    assert "off" in names(flavors, with_disabled=True)


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("sort_by", ["id", "name", "ram", "vcpus", "is_public", "rxtx_factor"])
def test_pages_meet(flavors: FlavorRepository, sort_by: str, descending: bool) -> None:
    for flavor in default_flavors():
        flavors.add(flavor)
    whole = names(flavors, sort_by=sort_by, descending=descending)
    assert len(whole) == 5
    seen: list[str] = []
    marker = None
    while True:
        query = FlavorQuery(2, marker, sort_by=sort_by, descending=descending)
        page = flavors.list(ALL, query)
        seen += [flavor.name for flavor in page]
        if not page:
            break
        marker = page[-1].id
    assert seen == whole


def test_a_marker_out_of_sight_is_bad_input(flavors: FlavorRepository) -> None:
    flavors.add(SECRET)
    for marker in ("no", "9"):
        with pytest.raises(InvalidInput):
            flavors.list(THEIRS, FlavorQuery(1, marker))


def test_extra_specs_change_in_one_step(flavors: FlavorRepository) -> None:
    flavors.add(SECRET)
    flavors.change_specs("9", {"a": "1", "b": "2"}, ())
    flavors.change_specs("9", {"b": "3", "c": "4"}, ("a",))
    assert flavors.get(ALL, "9").extra_specs == {"b": "3", "c": "4"}
    with pytest.raises(NotFound):
        flavors.change_specs("9", {"z": "1"}, ("nope",))
    assert "z" not in flavors.get(ALL, "9").extra_specs


def test_a_description_comes_and_goes(flavors: FlavorRepository) -> None:
    flavors.add(SECRET)
    flavors.describe("9", "big")
    assert flavors.get(ALL, "9").description == "big"
    flavors.describe("9", None)
    assert flavors.get(ALL, "9").description is None
