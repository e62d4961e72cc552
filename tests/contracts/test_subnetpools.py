"""What any SubnetPoolRepository does."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import Connection

from cyclades.adapters.sql.subnetpools import SqlSubnetPools
from cyclades.domain.model.errors import NotFound, StaleVersion
from cyclades.domain.model.listing import Listing
from cyclades.domain.model.network import WantedNetwork
from cyclades.domain.model.subnet import WantedSubnet
from cyclades.domain.model.subnetpool import SubnetPool, SubnetPoolDeleteError, WantedSubnetPool
from cyclades.ports.subnetpools import Cut, SubnetPoolRepository
from tests.contracts.network_races import THREADS, race
from tests.contracts.network_rows import ALL, MINE, THEIRS, THEN, Rows
from tests.harness.api import CALLERS

if TYPE_CHECKING:
    from cyclades.bootstrap import Application, Unit

MEMBER = CALLERS["member"]
POOL = SubnetPool(
    "pool",
    "mine",
    "pool",
    "",
    4,
    ("10.0.0.0/8", "172.16.0.0/12"),
    default_prefixlen=24,
    min_prefixlen=8,
    max_prefixlen=32,
    default_quota=None,
    shared=False,
    is_default=False,
    tags=("ü",),
    created=THEN,
    updated=THEN,
    version=0,
)


@pytest.fixture
def pools(connection: Connection) -> SubnetPoolRepository:
    return SqlSubnetPools(connection)


def test_what_goes_in_comes_out(pools: SubnetPoolRepository) -> None:
    pools.add(POOL)
    assert pools.get("pool") == pools.lock("pool") == POOL
    for read in (pools.get, pools.lock):
        with pytest.raises(NotFound):
            read("no")


def test_a_version_is_saved_once(pools: SubnetPoolRepository) -> None:
    pools.add(POOL)
    changed = replace(POOL, name="new", default_quota=7, version=1)
    pools.save(changed)
    assert pools.get("pool") == changed
    with pytest.raises(StaleVersion):
        pools.save(changed)


def test_everybody_sees_shared_ones(pools: SubnetPoolRepository) -> None:
    pools.add(POOL)
    pools.add(replace(POOL, id="shared", shared=True))
    for scope, ids in ((MINE, ["pool", "shared"]), (THEIRS, ["shared"]), (ALL, ["pool", "shared"])):
        assert [each.id for each in pools.list(Listing(scope))] == ids
    tagged = Listing(MINE, {"tags": ("ü",), "shared": (False,)})
    assert [each.id for each in pools.list(tagged)] == ["pool"]


def test_the_default_of_each_version(pools: SubnetPoolRepository) -> None:
    pools.add(POOL)
    assert pools.default(4) is None
    default = replace(POOL, id="default", is_default=True)
    pools.add(default)
    assert pools.default(4) == default
    assert pools.default(6) is None


def test_it_stays_while_there_are_subnets_of_it(
    connection: Connection, pools: SubnetPoolRepository
) -> None:
    rows = Rows(connection)
    pools.add(POOL)
    rows.network()
    rows.subnet(subnetpool_id="pool")
    assert pools.cuts("pool") == [Cut("10.0.0.0/24", "mine")]
    with pytest.raises(SubnetPoolDeleteError):
        pools.remove("pool")
    rows.subnets.remove("sub")
    pools.remove("pool")
    with pytest.raises(NotFound):
        pools.get("pool")


@pytest.mark.real_postgres
def test_many_cut_at_once(
    application_maker: "Callable[..., Application]", postgres_database_url: str
) -> None:
    """The last ones get nothing, and no two overlap."""
    app = application_maker(
        postgres_database_url,
        quota_network=-1,
        quota_subnet=-1,
    )

    def prepare(unit: "Unit") -> tuple[str, list[str]]:
        pool = unit.subnetpools.create(
            MEMBER, WantedSubnetPool("p", ("10.0.0.0/24",), default_prefixlen=29)
        )
        names = [f"n{number}" for number in range(THREADS)]
        made = [unit.networks.create(MEMBER, WantedNetwork(name)) for name in names]
        return pool.id, [network.id for network in made]

    pool_id, networks = app.atomically(prepare)
    won, lost = race(
        app,
        lambda unit, number: unit.subnets.create(
            MEMBER, WantedSubnet(networks[number], subnetpool_id=pool_id)
        ),
    )
    assert (len(won), lost) == (32, ["SubnetAllocationError"])
    assert len({subnet.cidr for subnet in won}) == 32
    with app.transaction() as unit:
        held = unit.quota.holdings(MEMBER.project_id or "", ["subnet", "subnetpool"])
        assert (held["subnet"].used, held["subnetpool"].used) == (32, 1)
