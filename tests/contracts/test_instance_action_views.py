"""What any InstanceActionViews does."""

from datetime import timedelta

import pytest
from sqlalchemy import Connection

from cyclades.adapters.sql.clusters import SqlClusters
from cyclades.adapters.sql.instance_actions import SqlInstanceActions
from cyclades.adapters.sql.servers import SqlServers
from cyclades.adapters.sql.views.instance_actions import SqlInstanceActionViews
from cyclades.domain.model.errors import InvalidInput, NotFound
from cyclades.domain.model.instance_action import InstanceAction
from cyclades.domain.model.listing import Listing
from cyclades.domain.model.server_states import VmState
from cyclades.domain.model.sharing import Scope
from cyclades.ports.instance_action_views import InstanceActionViews
from tests.harness.samples import NOW, PROJECT, USER, a_cluster, a_server, fresh
from tests.harness.sealing import secrets

MINE, THEIRS = Scope(PROJECT), Scope("b" * 32)
WORDS = ("create", "stop", "start")


@pytest.fixture
def servers(connection: Connection) -> SqlServers:
    SqlClusters(connection, secrets()).add(a_cluster(), NOW)
    return SqlServers(connection)


@pytest.fixture
def views(servers: SqlServers, connection: Connection) -> InstanceActionViews:
    return SqlInstanceActionViews(connection)


@pytest.fixture
def server_id(servers: SqlServers, connection: Connection) -> str:
    """A server that was created, stopped and started, a minute apart."""
    server = a_server()
    servers.add(server)
    for minute, word in enumerate(WORDS):
        moment = NOW + timedelta(minutes=minute)
        SqlInstanceActions(connection).begin(
            InstanceAction(
                fresh("action"), server.id, f"req-{word}", word, USER, PROJECT, None, moment, moment
            )
        )
    return server.id


def test_the_newest_come_first_in_pages(views: InstanceActionViews, server_id: str) -> None:
    seen: list[str] = []
    while page := views.page(
        server_id, Listing(MINE, limit=1, marker=seen[-1] if seen else None), deleted=False
    ):
        seen += [row.request_id for row in page]
    assert seen == ["req-start", "req-stop", "req-create"]
    with pytest.raises(InvalidInput):
        views.page(server_id, Listing(MINE, limit=1, marker="req-nope"), deleted=False)


def test_changes(views: InstanceActionViews, server_id: str) -> None:
    edge = (NOW + timedelta(minutes=1),)
    for name, words in [
        ("changes-since", ["start", "stop"]),
        ("changes-before", ["stop", "create"]),
    ]:
        page = views.page(server_id, Listing(MINE, {name: edge}), deleted=False)
        assert [row.action for row in page] == words


def test_one_by_its_request(views: InstanceActionViews, server_id: str) -> None:
    row = views.show(MINE, server_id, "req-stop", deleted=False)
    assert (row.action, row.owner_id, row.cluster, row.started) == (
        "stop",
        PROJECT,
        "one",
        NOW + timedelta(minutes=1),
    )
    with pytest.raises(NotFound, match="Action req-nope"):
        views.show(MINE, server_id, "req-nope", deleted=False)


def test_foreign_and_missing_servers_are_equally_absent(
    views: InstanceActionViews, server_id: str
) -> None:
    for scope, name in ((THEIRS, server_id), (MINE, "nope")):
        said = f"Instance {name} could not be found."
        with pytest.raises(NotFound, match=said):
            views.page(name, Listing(scope), deleted=True)
        with pytest.raises(NotFound, match=said):
            views.show(scope, name, "req-stop", deleted=True)


def test_servers_without_actions_and_deleted_ones(
    views: InstanceActionViews, servers: SqlServers
) -> None:
    quiet, gone = a_server(), a_server(vm_state=VmState.DELETED)
    for server in (quiet, gone):
        servers.add(server)
        assert views.page(server.id, Listing(MINE), deleted=True) == []
    with pytest.raises(NotFound):
        views.page(gone.id, Listing(MINE), deleted=False)
