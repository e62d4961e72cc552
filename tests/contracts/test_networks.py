"""What any NetworkRepository does."""

from dataclasses import replace
from functools import partial

import pytest
from sqlalchemy import Connection

from cyclades.domain.model.errors import NotFound, StaleVersion
from cyclades.domain.model.listing import Listing, Order
from cyclades.domain.model.network_errors import NetworkInUse
from cyclades.domain.model.sharing import Scope
from tests.contracts.network_rows import ALL, MINE, NETWORK, THEIRS, Rows

LINKS = ("a", "b")


@pytest.fixture
def rows(connection: Connection) -> Rows:
    return Rows(connection)


def found(rows: Rows, scope: Scope = ALL, **more: object) -> list[str]:
    return [network.id for network in rows.networks.list(Listing(scope, **more))]  # type: ignore[arg-type]  # as each test says


def test_what_goes_in_comes_out(rows: Rows) -> None:
    network = rows.network(name="ü", tags=("x", "é"), description="d", shared=True)
    for read in (rows.networks.get, rows.networks.hold, rows.networks.lock):
        assert read("net") == network


def test_it_knows_its_subnets_oldest_first(rows: Rows) -> None:
    rows.network()
    rows.subnet("b")
    rows.subnet("a", cidr="10.1.0.0/24")
    rows.network("other")
    assert rows.networks.get("net").subnets == ("a", "b")
    assert [network.subnets for network in rows.networks.list(Listing(ALL))] == [("a", "b"), ()]


def test_unknown_is_not_found(rows: Rows) -> None:
    for read in (rows.networks.get, rows.networks.hold, rows.networks.lock):
        with pytest.raises(NotFound):
            read("no")
    with pytest.raises(NotFound):
        found(rows, marker="no")


def test_a_version_is_saved_once(rows: Rows) -> None:
    rows.network()
    changed = replace(NETWORK, name="new", tags=("t",), version=2)
    rows.networks.save(changed)
    assert rows.networks.get("net") == changed
    with pytest.raises(StaleVersion):
        rows.networks.save(changed)


def test_everybody_sees_what_is_shared_or_external(rows: Rows) -> None:
    rows.network("mine")
    rows.network("hidden", project_id="theirs")
    rows.network("shared", project_id="theirs", shared=True)
    rows.network("external", project_id="theirs", external=True)
    assert found(rows, MINE) == ["external", "mine", "shared"]
    assert found(rows, THEIRS) == ["external", "hidden", "shared"]
    assert len(found(rows, ALL)) == 4


def test_filters(rows: Rows) -> None:
    rows.network("a", tags=("blue", "a b"), admin_state_up=False)
    rows.network("b", tags=("blue", 'quo"te'))
    rows.network("c", tags=("Blue",), external=True, mtu=1400)
    cases: list[tuple[dict[str, tuple[object, ...]], list[str]]] = [
        ({"name": ("a",)}, ["a"]),
        ({"name": ("a", "b")}, ["a", "b"]),
        ({"admin_state_up": (False,)}, ["a"]),
        ({"router:external": (True,)}, ["c"]),
        ({"mtu": (1400,)}, ["c"]),
        ({"tags": ("blue",)}, ["a", "b"]),
        ({"tags": ("blue", 'quo"te')}, ["b"]),
        ({"tags": ("lue",)}, []),
        ({"tags": ("%",)}, []),
        ({"tags-any": ("Blue", "a b")}, ["a", "c"]),
        ({"not-tags": ("blue", "a b")}, ["b", "c"]),
        ({"not-tags-any": ("blue",)}, ["c"]),
        ({"tenant_id": ("mine",), "id": ("b",)}, ["b"]),
    ]
    for filters, expected in cases:
        assert found(rows, filters=filters) == expected, filters


def test_pages_forward_and_back_in_any_order(rows: Rows) -> None:
    for name, mtu in (("a", 2), ("b", 1), ("c", 2), ("d", 1)):
        rows.network(name, mtu=mtu)
    assert found(rows, limit=2) == ["a", "b"]
    assert found(rows, limit=2, marker="b") == ["c", "d"]
    assert found(rows, limit=2, marker="d", backwards=True) == ["b", "c"]
    order = (Order("mtu", descending=True), Order("name"))
    assert found(rows, order=order) == ["a", "c", "b", "d"]
    assert found(rows, order=order, marker="c") == ["b", "d"]
    assert found(rows, order=order, marker="b", limit=1, backwards=True) == ["c"]


def test_a_marker_that_one_may_not_see_does_not_exist(rows: Rows) -> None:
    rows.network("hidden", project_id="theirs")
    with pytest.raises(NotFound):
        found(rows, MINE, marker="hidden")


def test_links_are_claimed_once_and_come_back(rows: Rows) -> None:
    claim = partial(rows.networks.claim_resource, "bridge", values=LINKS)
    for network in ("one", "two"):
        rows.network(network)
        assert claim(network) in LINKS
    assert claim("three") is None
    rows.networks.remove("one")
    assert claim("three") == "a"


def test_links_that_the_settings_add_or_drop(rows: Rows) -> None:
    assert rows.networks.claim_resource("bridge", "one", ["a"]) == "a"
    assert rows.networks.claim_resource("bridge", "two", ["a", "b"]) == "b"
    assert rows.networks.claim_resource("bridge", "three", []) is None


def test_removing_takes_the_subnets_along(rows: Rows) -> None:
    rows.network()
    subnet = rows.subnet()
    rows.port()
    rows.addresses.claim_any(subnet, "port")
    with pytest.raises(NetworkInUse, match="port"):
        rows.networks.remove("net")
    rows.addresses.release(["port"])
    rows.ports.remove(["port"])
    rows.networks.remove("net")
    for read in (lambda: rows.networks.get("net"), lambda: rows.subnets.get("sub")):
        with pytest.raises(NotFound):
            read()


def test_usable_and_public(rows: Rows) -> None:
    rows.network("empty")
    rows.network("down", admin_state_up=False)
    rows.subnet("s1", network_id="down")
    rows.network("good")
    rows.subnet("s2", network_id="good")
    rows.network("out", external=True)
    rows.subnet("s3", network_id="out")
    assert [network.id for network in rows.networks.usable("mine")] == ["good"]
    assert rows.networks.usable("theirs") == []
    assert rows.networks.public() == []
    rows.network("older", external=True, shared=True)
    rows.network("public", external=True, shared=True, is_default=True)
    public = next(iter(rows.networks.public()), None)
    assert public is not None
    assert public.id == "public"
