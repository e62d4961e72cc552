"""IPv6 through routers: routed as it is, and guests learn of it by advertisements."""

import re
from dataclasses import replace

import pytest

from cyclades.domain.model.router_state import Advertisement, RouterState
from tests.harness.processes import wait_until
from tests.routing.fixtures import Site
from tests.routing.hosts import Host
from tests.routing.remote import RemoteDriver
from tests.routing.states import INSIDE, OTHER, OWN, router

pytestmark = pytest.mark.namespaces
GATE = "2001:db8:1::1"
WEB = "2001:db8:a:1:a80d:1ff:fe00:9"  # what web makes of the prefix and its MAC address
APP = "2001:db8:a:2::9"
DNS = "2001:db8:53::53"


def _dual(ra_mode: str = "slaac", dns: tuple[str, ...] = ()) -> RouterState:
    """With an advertised prefix in web's network, and one that is not, in app's."""
    said = Advertisement("2001:db8:a:1::/64", ra_mode, ra_mode, dns)
    inside = replace(
        INSIDE, addresses=(*INSIDE.addresses, "2001:db8:a:1::1/64"), advertised=(said,)
    )
    other = replace(OTHER, addresses=(*OTHER.addresses, "2001:db8:a:2::1/64"))
    return router(interfaces=(inside, other))


def _ask_again(host: Host) -> None:
    """As after a reboot: guests ask for routers when their interface comes up."""
    host.run("ip", "link", "set", "eth0", "down")
    host.run("ip", "link", "set", "eth0", "up")
    host.run("ip", "route", "replace", "default", "via", "10.0.0.1")


def _learnt(host: Host) -> str:
    return host.run("ip", "-6", "route", "show", "default", "proto", "ra")


def test_a_guest_learns_its_address_and_its_router(site: Site, empty_gateway: RemoteDriver) -> None:
    empty_gateway.apply(_dual())
    _ask_again(site.web)
    wait_until(lambda: WEB in site.web.run("ip", "-6", "address"), "address of the prefix")
    assert "via fe80::a80d:1ff:fe00:101 " in _learnt(site.web)
    assert site.web.seen_by(site.outside, GATE) == WEB
    assert site.outside.seen_by(site.web, WEB) == GATE
    site.app.run("ip", "address", "replace", f"{APP}/64", "dev", "eth0")
    site.app.run("ip", "-6", "route", "replace", "default", "via", "2001:db8:a:2::1")
    assert site.web.seen_by(site.app, APP) == WEB
    assert site.app.seen_by(site.web, WEB) == APP
    empty_gateway.remove("router-1")
    empty_gateway.apply(_dual())  # as on another host: they have not been told that it went
    assert site.outside.seen_by(site.web, WEB) == GATE


def test_who_makes_up_a_source_does_not_get_through(
    site: Site, empty_gateway: RemoteDriver
) -> None:
    empty_gateway.apply(_dual())
    site.app.run("ip", "address", "replace", f"{APP}/64", "dev", "eth0")
    site.app.run("ip", "-6", "route", "replace", "default", "via", "2001:db8:a:2::1")
    assert site.app.seen_by(site.outside, GATE) == APP
    invented = "2001:db8:1::9"
    site.app.run("ip", "address", "add", f"{invented}/128", "dev", "eth0")
    site.app.run("ip", "-6", "route", "replace", GATE, "via", "2001:db8:a:2::1", "src", invented)
    assert not site.app.reaches(site.outside, GATE)
    site.app.run("ip", "address", "del", f"{invented}/128", "dev", "eth0")


@pytest.mark.parametrize(
    ("mode", "managed", "more", "automatic"),
    [
        ("slaac", "No", "No", "Yes"),
        ("dhcpv6-stateless", "No", "Yes", "Yes"),
        ("dhcpv6-stateful", "Yes", "Yes", "No"),
    ],
)
def test_guests_are_told_how_to_get_an_address(
    site: Site, empty_gateway: RemoteDriver, mode: str, managed: str, more: str, automatic: str
) -> None:
    empty_gateway.apply(_dual())
    empty_gateway.apply(_dual(mode, (DNS,)))
    said = site.db.run("rdisc6", "-1", "eth0")
    lines = dict(re.findall(r"^\s*(.*?)\s*: +(\S+)", said, re.MULTILINE))
    assert lines["Stateful address conf."] == managed
    assert lines["Stateful other conf."] == more
    assert lines["Autonomous address conf."] == automatic
    assert lines["Prefix"] == "2001:db8:a:1::/64"
    assert lines["Recursive DNS server"] == DNS
    assert lines["MTU"] == "1500"


def test_an_advertisement_ends_with_its_prefix(site: Site, empty_gateway: RemoteDriver) -> None:
    empty_gateway.apply(_dual())
    assert _processes(site) != ""
    empty_gateway.apply(router())
    assert _processes(site) == ""
    assert site.web.seen_by(site.outside, "203.0.113.1") == OWN


def _processes(site: Site) -> str:
    return site.world.run("ip", "netns", "pids", "cyclades-router-router-1")
