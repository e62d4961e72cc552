"""What any NetworkClusterRepository does."""

from dataclasses import replace

import pytest
from sqlalchemy import Connection

from cyclades.adapters.sql.clusters import SqlClusters
from cyclades.adapters.sql.network_clusters import SqlNetworkClusters
from cyclades.adapters.sql.outbox import SqlOutbox
from cyclades.adapters.sql.servers import SqlServers
from cyclades.domain.model.effects import AttachNic, Command, NicWanted, StartInstance
from cyclades.domain.model.errors import NotFound
from cyclades.domain.model.network_cluster import (
    ABSENT,
    ACTIVE,
    ERROR,
    MAKING,
    REMOVING,
    Bound,
    NetworkCluster,
)
from cyclades.ports.network_clusters import NetworkClusterRepository
from tests.contracts.network_rows import Rows
from tests.harness.samples import NOW, a_cluster, a_server, create_of, effect_of
from tests.harness.sealing import secrets

SECRETS = secrets()


class Ground(Rows):
    """Two clusters, and servers and effects on demand."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self.connection = connection
        self.clusters = SqlClusters(connection, SECRETS)
        self.outbox = SqlOutbox(connection, SECRETS)
        self.where: NetworkClusterRepository = SqlNetworkClusters(connection)
        for name in ("one", "two"):
            self.clusters.add(a_cluster(name), NOW)

    def put(self, network: str, cluster: str = "one", **values: object) -> NetworkCluster:
        """A row that is there already."""
        row = self.where.lock(network, cluster, f"{network} in {cluster}")
        changed = replace(row, **values)  # type: ignore[arg-type]  # as each test says
        self.where.save(changed)
        return changed

    def server(self, id: str, cluster: str = "one") -> None:
        SqlServers(self.connection).add(a_server(id=id, cluster_id=cluster))

    def effect(self, server: str, command: Command | None = None, **values: object) -> str:
        about = a_server(id=server)
        effect = effect_of(about, command or create_of(about), **values)
        self.outbox.put(effect, NOW)
        return effect.id


@pytest.fixture
def ground(connection: Connection) -> Ground:
    return Ground(connection)


def test_a_row_is_made_when_it_is_first_wanted(ground: Ground) -> None:
    ground.network()
    made = ground.where.lock("net", "one", "row")
    assert made == NetworkCluster("row", "net", "one")
    assert ground.where.lock("net", "one", "another") == made
    changed = replace(
        made,
        mapped=True,
        mode="routed",
        link="x",
        state=ERROR,
        groups=("a", "b"),
        effect_id="e",
        trouble="no",
        version=7,
    )
    ground.where.save(changed)
    assert ground.where.lock_by_id("row") == changed
    assert ground.where.lock_by_id("other") is None


def test_usable_are_those_that_are_there_or_soon_will_be(ground: Ground) -> None:
    states = (ABSENT, MAKING, ACTIVE, REMOVING, ERROR)
    for state in states:
        ground.network(state)
        ground.put(state, state=state)
    ground.put(ACTIVE, "two", state=ABSENT)
    assert set(ground.where.usable("one", states)) == {MAKING, ACTIVE}
    assert ground.where.usable("two", states) == {}
    assert set(ground.where.usable("one", [MAKING])) == {MAKING}


def test_nobody_needs_it_any_more(ground: Ground) -> None:
    for name in ("used", "left", "kept", "gone", "elsewhere"):
        ground.network(name)
        ground.put(name, state=ABSENT if name == "gone" else ACTIVE, mapped=name == "kept")
    ground.server("web")
    ground.server("far", "two")
    ground.port("p1", network_id="used", device_id="web", device_owner="compute:nova")
    ground.port("p2", network_id="elsewhere", device_id="far", device_owner="compute:nova")
    ground.port("p3", network_id="left", device_id="some router")
    names = ["used", "left", "kept", "gone", "elsewhere"]
    found = ground.where.abandoned("one", names)
    assert sorted(row.network_id for row in found) == ["elsewhere", "left"]
    assert not ground.where.abandoned("one", ["used"])
    assert [ground.where.plugged(name, "one") for name in names] == [1, 0, 0, 0, 0]


def test_where_a_network_is_and_what_a_cluster_has(ground: Ground) -> None:
    for name in ("a", "b"):
        ground.network(name)
        ground.put(name)
    ground.put("a", "two")
    assert [row.cluster_id for row in ground.where.of_network("a")] == ["one", "two"]
    assert [row.network_id for row in ground.where.of_cluster("one")] == ["a", "b"]
    assert len(ground.where.whereabouts(["a", "b"])) == 3
    ground.where.remove(["a in one"])
    assert [row.cluster_id for row in ground.where.of_network("a")] == ["two"]


def test_mapping_all_keeps_what_is_there(ground: Ground) -> None:
    ground.network(external=True)
    ground.put("net", state=ACTIVE)
    ground.where.map_all([("r1", "net", "one"), ("r2", "net", "two")])
    ground.where.map_all([])
    rows = [(row.id, row.mapped, row.state) for row in ground.where.of_network("net")]
    assert rows == [("net in one", True, ACTIVE), ("r2", True, ABSENT)]
    assert ground.where.external() == ["net"]


def test_bounds_and_homes(ground: Ground) -> None:
    ground.network("b", external=True)
    ground.network("a", spans=False)
    assert ground.where.bounds(["b", "a", "missing"]) == [
        Bound("a", external=False, spans=False, home_cluster_id=None),
        Bound("b", external=True, spans=True, home_cluster_id=None),
    ]
    ground.where.set_home(["a"], "one")
    (bound,) = ground.where.bounds(["a"], lock=True)
    assert bound.home_cluster_id == "one"
    assert ground.networks.get("a").home_cluster_id == "one"


def test_a_cluster_that_goes_leaves_nothing(ground: Ground) -> None:
    ground.network()
    ground.put("net")
    ground.put("net", "two")
    ground.where.set_home(["net"], "one")
    ground.where.forget_cluster("one")
    assert [row.cluster_id for row in ground.where.of_network("net")] == ["two"]
    assert ground.networks.get("net").home_cluster_id is None
    ground.clusters.remove("one")
    with pytest.raises(NotFound):
        ground.clusters.get("one")


def test_the_first_ipv4_subnet_is_the_pool(ground: Ground) -> None:
    for name in ("net", "bare"):
        ground.network(name)
    ground.subnet("v6", ip_version=6, cidr="2001:db8::/64", gateway_ip=None, pools=())
    ground.subnet("a", cidr="10.1.0.0/24")
    ground.subnet("b", cidr="10.0.0.0/24")
    assert ground.where.pools(["net", "bare"]) == {"net": "10.1.0.0/24"}


def test_effects_that_wait_to_plug_servers_in(ground: Ground) -> None:
    ground.network()
    ground.network("other")
    nic = NicWanted("nic", "aa:00:00:00:00:01", "prv0")
    for name in ("new", "plain", "old", "sent"):
        ground.server(name)
        ground.port(f"p-{name}", device_id=name, device_owner="compute:nova")
    new = ground.effect("new", waits_for="making")
    ground.effect("plain")  # waits for nothing
    attach = ground.effect("old", AttachNic("i", nic), id="attach", waits_for="making")
    ground.effect("old", StartInstance("i"), waits_for="making")
    ground.effect("old", AttachNic("i", nic), waits_for="making")  # another network's
    ground.networks.get("net")
    ground.port("more", device_id="old", device_owner="compute:nova", effect_id="attach")
    sent = ground.effect("sent", waits_for="making")
    ground.outbox.finish(sent, "done", None, NOW)
    assert sorted(ground.where.awaiting("net", "one")) == sorted([new, attach])
    assert ground.where.awaiting("net", "two") == []
    assert ground.where.awaiting("other", "one") == []


def test_networks_say_in_which_zones_they_are(ground: Ground) -> None:
    ground.network()
    assert ground.networks.get("net").zones == ()
    ground.put("net", "one", state=ACTIVE)
    ground.put("net", "two", state=MAKING)
    zone = a_cluster("one").availability_zone
    assert ground.networks.get("net").zones == (zone,)
    for cluster in ("one", "two"):
        ground.put("net", cluster, state=REMOVING)
    assert ground.networks.get("net").zones == ()
