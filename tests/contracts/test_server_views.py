"""What any ServerViews does."""

from dataclasses import asdict
from datetime import timedelta
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from cyclades.adapters.sql.clusters import SqlClusters
from cyclades.adapters.sql.servers import SqlServers
from cyclades.adapters.sql.views.servers import SqlServerViews
from cyclades.adapters.system.ids import SystemIds
from cyclades.domain.model.errors import NotFound
from cyclades.domain.model.listing import Listing, Order
from cyclades.domain.model.server import Fault
from cyclades.domain.model.server_query import SORT_KEYS
from cyclades.domain.model.server_states import VmState
from cyclades.domain.model.sharing import Scope
from cyclades.ports.server_views import ServerViews
from tests.harness.samples import NOW, PROJECT, a_cluster, a_server
from tests.harness.sealing import secrets

MINE, THEIRS, ALL = Scope(PROJECT), Scope("b" * 32), Scope(None, everything=True)
IDS = SystemIds()


class Kept:
    """What tests put in, and the views of it."""

    def __init__(self, connection: Connection) -> None:
        SqlClusters(connection, secrets()).add(a_cluster(), NOW)
        self.servers = SqlServers(connection)
        self.views: ServerViews = SqlServerViews(connection)

    def add(self, **values: Any) -> str:
        server = a_server(id=IDS.new(), **values)
        self.servers.add(server)
        return server.id

    def names(self, listing: Listing) -> list[str]:
        detailed = [row.name for row in self.views.page(listing)]
        assert detailed == [row.name for row in self.views.names(listing)]
        return detailed


@pytest.fixture
def kept(connection: Connection) -> Kept:
    return Kept(connection)


def test_all_that_a_server_has_is_shown(kept: Kept) -> None:
    fault = Fault(500, "why", NOW)
    server = a_server(id=IDS.new(), fault=fault, metadata={"ü": '"'}, tags=("a",), launched=NOW)
    kept.servers.add(server)
    row = kept.views.show(MINE, server.id)
    texts = {"flavor": server.flavor, "metadata": {"ü": '"'}, "tags": ["a"]}
    for name, value in texts.items():
        assert orjson.loads(getattr(row, name)) == value
    same = asdict(server).keys() & set(row._fields) - texts.keys() - {"security_groups"}
    assert {name: getattr(row, name) for name in same} == {
        name: getattr(server, name) for name in same
    }
    assert (row.fault_code, row.fault_message, row.fault_created) == (500, "why", NOW)
    assert (row.cluster, row.drained, row.offline, row.breaker_open) == ("one", *[False] * 3)


def test_foreign_and_missing_servers_are_equally_absent(kept: Kept) -> None:
    server_id = kept.add()
    for read in (kept.views.show, kept.views.interfaces, kept.views.security_groups):
        read(MINE, server_id)
        read(ALL, server_id)
        for scope, name in ((THEIRS, server_id), (MINE, "nope"), (ALL, "nope")):
            with pytest.raises(NotFound) as caught:
                read(scope, name)
            assert str(caught.value) == f"Instance {name} could not be found."
    assert kept.views.page(Listing(THEIRS)) == []


def test_deleted_servers_are_shown_to_who_asks(kept: Kept) -> None:
    gone = kept.add(name="gone", vm_state=VmState.DELETED)
    kept.add(name="here")
    with pytest.raises(NotFound):
        kept.views.show(MINE, gone)
    assert kept.views.show(MINE, gone, deleted=True).id == gone
    for wanted, names in [((True,), {"gone"}), ((False,), {"here"}), ((None,), {"gone", "here"})]:
        assert set(kept.names(Listing(MINE, {"deleted": wanted}))) == names
    assert kept.names(Listing(MINE)) == ["here"]


def test_the_newest_come_first(kept: Kept) -> None:
    for number in (2, 1, 3):
        kept.add(name=str(number), created=NOW + timedelta(seconds=number))
    assert kept.names(Listing(MINE)) == ["3", "2", "1"]


def test_a_marker_must_be_in_sight(kept: Kept) -> None:
    server_id = kept.add()
    assert kept.names(Listing(MINE, marker=server_id)) == []
    for scope, marker in ((THEIRS, server_id), (MINE, "nope")):
        with pytest.raises(NotFound):
            kept.views.names(Listing(scope, marker=marker))


ORDERS = st.lists(
    st.builds(Order, st.sampled_from(sorted(SORT_KEYS.values())), st.booleans()), max_size=3
).map(tuple)
SERVERS = st.lists(
    st.fixed_dictionaries(
        {
            "key_name": st.sampled_from([None, "a", "b"]),
            "launched": st.sampled_from([None, NOW, NOW + timedelta(days=1)]),
            "created": st.sampled_from([NOW, NOW + timedelta(microseconds=1)]),
            "locked": st.booleans(),
        }
    ),
    max_size=5,
)


@given(servers=SERVERS, order=ORDERS, size=st.integers(1, 3))
@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_pages_together_are_the_list(
    kept: Kept, servers: list[dict[str, Any]], order: tuple[Order, ...], size: int
) -> None:
    project = IDS.new()
    for values in servers:
        kept.add(project_id=project, **values)
    scope = Scope(project)
    whole = [row.id for row in kept.views.names(Listing(scope, order=order))]
    assert len(set(whole)) == len(servers)
    seen: list[str] = []
    while page := kept.views.names(
        Listing(scope, order=order, limit=size, marker=seen[-1] if seen else None)
    ):
        seen += [row.id for row in page]
    assert seen == whole
