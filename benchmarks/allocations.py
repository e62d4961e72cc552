"""Addresses from one /16 by several clients at once, and by a bitmap in the same run."""

from collections.abc import Callable
from dataclasses import replace

from benchmarks.bitmap import BitmapAddresses, prepare
from benchmarks.clients import CLIENTS, Claim, NewPort, Wish, clients, rate
from benchmarks.ground import Ground
from cyclades.adapters.sql.addresses import SqlAddresses
from cyclades.bootstrap import Unit
from cyclades.domain.model.identity import Caller
from cyclades.domain.model.network import WantedNetwork
from cyclades.domain.model.port import WantedPort
from cyclades.domain.model.subnet import Subnet, WantedSubnet

ALLOCATIONS, FEWER = 10_000, 2_000
OTHER_WORK = 0.01  # seconds: what a transaction does besides, and its commit on a disk
BLOCK = "10.1.0.0/16"
Wishes = Callable[[type[SqlAddresses], Subnet], list[Wish]]


def claiming(ground: Ground) -> dict[str, float]:
    """Nothing but an address in a transaction: what costs most is to be a transaction."""
    return compared(ground, claims(ground, 0), ALLOCATIONS)


def claiming_slowly(ground: Ground) -> dict[str, float]:
    """Transactions that go on for a while with their address: who waits for whom?"""
    return compared(ground, claims(ground, OTHER_WORK), FEWER)


def making_ports(ground: Ground) -> dict[str, float]:
    """Ports as users make them, all of one project."""
    caller = operator(ground)
    return compared(ground, lambda rows, subnet: [NewPort(rows, subnet, caller)] * CLIENTS, FEWER)


def claims(ground: Ground, seconds: float) -> Wishes:
    """Each client claims for a port of its own."""
    caller = operator(ground)
    wanted = WantedPort(a_subnet(ground, caller).network_id)
    ports = [
        ground.app.atomically(lambda unit: unit.ports.create(caller, wanted)).id
        for _ in range(CLIENTS)
    ]
    return lambda rows, subnet: [Claim(rows, subnet, port, seconds) for port in ports]


def compared(ground: Ground, wishes: Wishes, total: int) -> dict[str, float]:
    """Ours and the bitmap's, each on a network of its own."""
    caller = operator(ground)
    with clients(ground.installed.ini) as pool:
        mine = rate(pool, wishes(SqlAddresses, a_subnet(ground, caller)), total)
        subnet = a_subnet(ground, caller)
        prepare(ground.app.engine, subnet)
        reference = rate(pool, wishes(BitmapAddresses, subnet), FEWER)
    return {"a second": mine, "by a bitmap": reference, "ratio": mine / reference}


def operator(ground: Ground) -> Caller:
    """May make external networks, of which there are as many as one likes."""
    caller = ground.app.identity.caller(ground.token)
    return replace(caller, roles=caller.roles | {"admin"})


def a_subnet(ground: Ground, caller: Caller) -> Subnet:
    """A /16 that nobody has used."""

    def make(unit: Unit) -> Subnet:
        network = unit.networks.create(caller, WantedNetwork("bench", external=True))
        return unit.subnets.create(caller, WantedSubnet(network.id, BLOCK))

    return ground.app.atomically(make)
