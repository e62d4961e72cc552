"""Clients that want addresses, each a process with a connection of its own."""

import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Protocol

from sqlalchemy import text

from cyclades.adapters.sql.addresses import SqlAddresses
from cyclades.bootstrap import Application, Unit
from cyclades.commands import ini
from cyclades.domain.model.identity import Caller
from cyclades.domain.model.port import WantedPort
from cyclades.domain.model.subnet import Subnet

CLIENTS = 8
OTHER_WORK = text("SELECT pg_sleep(:seconds)")


class Wish(Protocol):
    """What a client does again and again."""

    def once(self, app: Application) -> str:
        """The address that it got."""
        ...


@dataclass(frozen=True, slots=True)
class Claim(Wish):
    """An address for a port, and so many seconds of other work before the commit."""

    rows: type[SqlAddresses]
    subnet: Subnet
    port_id: str
    seconds: float

    def once(self, app: Application) -> str:
        with app.engine.begin() as connection:
            address = self.rows(connection).claim_any(self.subnet, self.port_id)
            if self.seconds:
                connection.execute(OTHER_WORK, {"seconds": self.seconds})
        return address


@dataclass(frozen=True, slots=True)
class NewPort(Wish):
    """A port with all that belongs to it: MAC address, security group, news, quota."""

    rows: type[SqlAddresses]
    subnet: Subnet
    caller: Caller

    def once(self, app: Application) -> str:
        return app.atomically(self._make)

    def _make(self, unit: Unit) -> str:
        unit.address_rows = self.rows(unit.connection)
        port = unit.ports.create(self.caller, WantedPort(self.subnet.network_id))
        return port.fixed_ips[0].ip_address


class Client:
    """In a process of its own; `start` lets all go at once."""

    app: Application
    start: Barrier

    @classmethod
    def opened(cls, path: Path, start: Barrier) -> None:
        cls.app, cls.start = ini.application(path), start


@dataclass(frozen=True, slots=True)
class Took:
    """What one client got, and when."""

    began: float
    ended: float
    addresses: list[str]


def allocate(wish: Wish, count: int) -> Took:
    """One client's part, each address in a transaction of its own."""
    Client.app.atomically(lambda unit: unit.clusters.list())  # connected
    Client.start.wait(60)
    began = time.monotonic()
    addresses = [wish.once(Client.app) for _ in range(count)]
    return Took(began, time.monotonic(), addresses)


@contextmanager
def clients(path: Path) -> Iterator[ProcessPoolExecutor]:
    """They live as long as the block."""
    context = get_context("spawn")
    start = context.Barrier(CLIENTS)
    with ProcessPoolExecutor(CLIENTS, context, Client.opened, (path, start)) as pool:
        yield pool


def rate(pool: ProcessPoolExecutor, wishes: list[Wish], total: int) -> float:
    """Allocations a second, from the first client's start to the last one's end."""
    found = list(pool.map(allocate, wishes, [total // CLIENTS] * CLIENTS))
    addresses = [address for took in found for address in took.addresses]
    assert len(set(addresses)) == total, "an address was given to two"
    return total / (max(took.ended for took in found) - min(took.began for took in found))
