"""States that follow each other: what stays the same is not touched, nothing is left behind."""

from dataclasses import replace

import pytest

from cyclades.domain.model.router_state import Advertisement, RouterState
from cyclades.domain.model.subnet import HostRoute
from cyclades.ports.router_driver import RouterTrouble
from tests.harness.processes import wait_until
from tests.routing.fixtures import Site
from tests.routing.remote import RemoteDriver
from tests.routing.states import (
    DB,
    FLOATING,
    INSIDE,
    OTHER,
    OTHER_FLOATING,
    OUTSIDE,
    OWN,
    WEB,
    link,
    router,
)
from tests.routing.world import World

pytestmark = pytest.mark.namespaces
GATE = "203.0.113.1"
NAMESPACE = "cyclades-router-router-1"
SAID = Advertisement("2001:db8:a:1::/64", "slaac", "slaac", ())
WHOLE = router(
    (FLOATING, WEB),
    interfaces=(
        replace(INSIDE, addresses=("10.0.0.1/24", "2001:db8:a:1::1/64"), advertised=(SAID,)),
        OTHER,
    ),
    routes=(HostRoute("10.9.0.0/16", DB), HostRoute("2001:db8:b::/48", "2001:db8:a:1::9")),
)


def _setting(world: World) -> list[str]:
    """All that was set in the router."""
    return [
        world.run("ip", "-n", NAMESPACE, "address"),
        world.run("ip", "-n", NAMESPACE, "route"),
        world.run("ip", "-n", NAMESPACE, "-6", "route", "show", "proto", "static"),
        world.run("ip", "netns", "exec", NAMESPACE, "nft", "list", "ruleset"),
    ]


def _inside(world: World) -> list[str]:
    """With the rules' numbers, which no other rules will have, and the processes'."""
    return [
        *_setting(world),
        world.run("ip", "netns", "exec", NAMESPACE, "nft", "-a", "list", "ruleset"),
        world.run("ip", "netns", "pids", NAMESPACE),
    ]


def _host(world: World) -> list[str]:
    """All that can be seen on the host."""
    links = world.run("ip", "-brief", "link").splitlines()
    return [
        *sorted(line.split()[0] for line in links),
        world.run("ip", "netns"),
        world.run("ls", "/run/netns"),
        world.run("ip", "route"),
        world.run("find", "/run/cyclades", "-mindepth", "2"),
    ]


def test_the_same_again_changes_nothing(site: Site, empty_gateway: RemoteDriver) -> None:
    empty_gateway.apply(WHOLE)
    before = _inside(site.world)
    with (
        site.outside.talking(site.web, FLOATING) as coming,
        site.db.talking(site.outside, GATE) as leaving,
    ):
        empty_gateway.apply(WHOLE)
        assert _inside(site.world) == before
        assert coming.goes_on()
        assert leaving.goes_on()


def test_connections_survive_changes_that_are_not_theirs(
    site: Site, empty_gateway: RemoteDriver
) -> None:
    empty_gateway.apply(WHOLE)
    changes = [
        replace(WHOLE, floating=router((FLOATING, WEB), (OTHER_FLOATING, DB)).floating),
        replace(WHOLE, routes=()),
        replace(WHOLE, interfaces=(replace(INSIDE, mtu=1400),), routes=()),
        WHOLE,
    ]
    with (
        site.outside.talking(site.web, FLOATING) as coming,
        site.db.talking(site.outside, GATE) as leaving,
    ):
        for state in changes:
            empty_gateway.apply(state)
            assert empty_gateway.list() == {"router-1": state.digest}
            assert coming.goes_on()
            assert leaving.goes_on()


def test_a_removed_router_leaves_no_trace(site: Site, empty_gateway: RemoteDriver) -> None:
    before = _host(site.world)
    empty_gateway.apply(WHOLE)
    assert _host(site.world) != before
    empty_gateway.remove("router-1")
    assert _host(site.world) == before


def test_killed_at_any_step_the_next_apply_goes_on(site: Site, empty_gateway: RemoteDriver) -> None:
    step = 1
    while empty_gateway.killed("apply", step, WHOLE):
        assert set(empty_gateway.list().values()) <= {""}
        empty_gateway.apply(WHOLE)
        assert empty_gateway.list() == {"router-1": WHOLE.digest}
        assert site.outside.seen_by(site.web, FLOATING) == GATE
        assert site.db.seen_by(site.outside, GATE) == OWN
        empty_gateway.remove("router-1")
        step += 1
    assert step > 10


def test_killed_at_any_step_a_change_is_made_by_the_next(
    site: Site, empty_gateway: RemoteDriver
) -> None:
    changed = router((FLOATING, DB), interfaces=(INSIDE,))
    empty_gateway.apply(WHOLE)
    empty_gateway.apply(changed)
    right = _setting(site.world)
    step, killed = 1, True
    while killed:
        empty_gateway.apply(WHOLE)
        with site.outside.talking(site.web, FLOATING) as old:
            killed = empty_gateway.killed("apply", step, changed)
            assert killed == (empty_gateway.list() == {"router-1": ""})
            empty_gateway.apply(changed)
            assert not old.goes_on(patience=0.1)
        assert _setting(site.world) == right
        assert site.outside.seen_by(site.db, FLOATING) == GATE
        step += 1
    assert step > 10


def test_killed_at_any_step_a_removal_is_finished_by_the_next(
    site: Site, empty_gateway: RemoteDriver
) -> None:
    before = _host(site.world)
    step, killed = 1, True
    while killed:
        empty_gateway.apply(WHOLE)
        killed = empty_gateway.killed("remove", step, "router-1")
        assert list(empty_gateway.list()) == (["router-1"] if killed else [])
        empty_gateway.remove("router-1")
        assert _host(site.world) == before
        step += 1
    assert step > 4


def test_an_interface_changes_in_place(site: Site, empty_gateway: RemoteDriver) -> None:
    empty_gateway.apply(router(interfaces=(INSIDE,)))
    moved = replace(
        INSIDE,
        link="br-other",
        mac="aa:0d:01:00:01:77",
        mtu=1400,
        addresses=("10.1.0.1/24", "10.1.0.254/16"),
    )
    empty_gateway.apply(router(interfaces=(moved,)))
    assert site.app.seen_by(site.outside, GATE) == OWN
    assert "aa:0d:01:00:01:77" in site.app.run("ip", "neighbour")
    shown = site.world.run("ip", "-n", NAMESPACE, "address", "show", "type", "veth")
    assert "10.0.0.1" not in shown
    assert "10.1.0.254/16" in shown
    assert "mtu 1400" in shown


def test_a_port_that_changes_routers_is_plugged_once(
    site: Site, empty_gateway: RemoteDriver
) -> None:
    empty_gateway.apply(router(interfaces=(INSIDE,)))
    other = RouterState("router-2", OUTSIDE, OWN, (INSIDE,))
    empty_gateway.apply(other)
    assert empty_gateway.list() == {"router-1": "", "router-2": other.digest}
    assert site.web.seen_by(site.outside, GATE) == OWN


def test_trouble_names_what_is_missing_and_leaves_the_rest_working(
    site: Site, empty_gateway: RemoteDriver
) -> None:
    state = router(interfaces=(INSIDE, OTHER, link("br-new", 9, "10.2.0.1/24")))
    with pytest.raises(RouterTrouble, match=r"network-br-new: this host has no bridge br-new$"):
        empty_gateway.apply(state)
    assert empty_gateway.list() == {"router-1": ""}
    assert site.web.seen_by(site.outside, GATE) == OWN
    site.world.run("ip", "link", "add", "br-new", "type", "bridge")
    with pytest.raises(RouterTrouble, match="bridge br-new is down"):
        empty_gateway.apply(state)
    site.world.run("ip", "link", "set", "br-new", "up")
    empty_gateway.apply(state)
    assert empty_gateway.list() == {"router-1": state.digest}
    site.world.run("ip", "link", "delete", "br-new")
    assert empty_gateway.list() == {"router-1": ""}


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (
            router(interfaces=(replace(INSIDE, mode="routed"),)),
            "network network-br-in is routed: this host carries bridged ones only",
        ),
        (
            router(routes=(HostRoute("10.9.0.0/16", "192.0.2.1"),)),
            "route to 10.9.0.0/16: its next hop 192.0.2.1 is on no network of the router",
        ),
        (router(id="../x"), "cannot be a router's name"),
        (
            router(interfaces=(replace(INSIDE, addresses=("127.0.0.1/33",)),)),
            "'127.0.0.1/33' does not appear to be an IPv4 or IPv6 interface",
        ),
        (router(interfaces=(replace(INSIDE, mac="01:00:5e:00:00:01"),)), "RTNETLINK answers"),
    ],
)
def test_trouble_says_what_it_is(
    empty_gateway: RemoteDriver, state: RouterState, said: str
) -> None:
    with pytest.raises(RouterTrouble, match=said):
        empty_gateway.apply(state)


@pytest.mark.parametrize("deed", ["namespace", "mount", "interface", "advertising"])
def test_what_somebody_takes_away_is_noticed_and_made_again(
    site: Site, empty_gateway: RemoteDriver, deed: str
) -> None:
    empty_gateway.apply(WHOLE)
    outer = next(
        line.split("@")[0]
        for line in site.world.run("ip", "-brief", "link").splitlines()
        if line.startswith("cyr")
    )
    process = site.world.run("ip", "netns", "pids", NAMESPACE).split()[0]
    deeds = {
        "namespace": ("ip", "netns", "delete", NAMESPACE),
        "mount": ("umount", f"/run/netns/{NAMESPACE}"),
        "interface": ("ip", "link", "delete", outer),
        "advertising": ("kill", "-KILL", process),
    }
    site.world.run(*deeds[deed])
    wait_until(lambda: empty_gateway.list() == {"router-1": ""}, "notice")
    empty_gateway.apply(WHOLE)
    assert empty_gateway.list() == {"router-1": WHOLE.digest}
    assert site.outside.seen_by(site.web, FLOATING) == GATE
    assert site.db.seen_by(site.outside, GATE) == OWN
