"""Fixtures: one gateway host for the whole session, and what is around it."""

import os
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.routing.hosts import Host
from tests.routing.remote import RemoteDriver
from tests.routing.world import World

BRIDGES = ("br-out", "br-in", "br-other", "br-tenant")
ROUTER_MAC = "aa:0d:01"
STRANGER_MAC = "aa:0d:02:00:00:05"


@dataclass(frozen=True, slots=True)
class Site:
    """`web` and `db` share a network, `app` is in another one, `tenant` has web's addresses.

    `stranger` is on the bridge of web's network, but of another MAC prefix. `outside` knows
    that the IPv6 networks are behind 2001:db8:1::5.
    """

    world: World
    driver: RemoteDriver
    outside: Host
    web: Host
    db: Host
    app: Host
    tenant: Host
    stranger: Host


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A gateway host with its bridges."""
    if os.geteuid() != 0:
        message = "network namespaces need root"
        raise RuntimeError(message)
    world = World(tmp_path_factory.mktemp("world"))
    world.boot()
    try:
        for bridge in BRIDGES:
            world.bridge(bridge)
        yield world
    finally:
        world.end()


@pytest.fixture(scope="session")
def gateway(world: World) -> Iterator[RemoteDriver]:
    """Its driver."""
    driver = RemoteDriver(world)
    yield driver
    driver.close()


@pytest.fixture(scope="session")
def site(world: World, gateway: RemoteDriver) -> Site:
    """Machines around it."""
    mac = f"{ROUTER_MAC}:00:00:"
    outside = world.host("outside", "br-out", "203.0.113.1/24", "2001:db8:1::1/64")
    outside.run("ip", "-6", "route", "add", "2001:db8:a::/48", "via", "2001:db8:1::5")
    return Site(
        world,
        gateway,
        outside,
        web=world.host("web", "br-in", "10.0.0.9/24", mac=f"{mac}09", via="10.0.0.1"),
        db=world.host("db", "br-in", "10.0.0.10/24", mac=f"{mac}10", via="10.0.0.1"),
        app=world.host("app", "br-other", "10.1.0.9/24", via="10.1.0.1"),
        tenant=world.host("tenant", "br-tenant", "10.0.0.9/24", via="10.0.0.1"),
        stranger=world.host("stranger", "br-in", "10.0.0.5/24", mac=STRANGER_MAC, via="10.0.0.1"),
    )


@pytest.fixture
def empty_gateway(gateway: RemoteDriver) -> Iterator[RemoteDriver]:
    """The driver; no router is left of the test before, none is left for the next."""
    yield gateway
    for router_id in gateway.list():
        gateway.remove(router_id)
