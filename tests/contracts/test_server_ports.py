"""The interfaces of servers, on every database."""

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import pytest

from cyclades.domain.model.addresses import slaac_address
from cyclades.domain.model.errors import (
    AddressesExhausted,
    Conflict,
    Forbidden,
    InvalidInput,
    NotFound,
    OverQuota,
)
from cyclades.domain.model.network import WantedNetwork
from cyclades.domain.model.network_errors import (
    InvalidIpForNetwork,
    IpAddressAlreadyAllocated,
    PortInUse,
)
from cyclades.domain.model.port import Port, ServerPort, WantedInterface, WantedPort
from cyclades.domain.model.subnet import WantedSubnet
from tests.harness.api import CALLERS, OTHER_PROJECT, PROJECT

if TYPE_CHECKING:
    from cyclades.bootstrap import Unit

MEMBER, OTHER, ADMIN = CALLERS["member"], CALLERS["other"], CALLERS["admin"]


@pytest.fixture
def unit(application_maker: Callable[..., Any], database_url: str) -> "Iterator[Unit]":
    app = application_maker(database_url, quota_port=6)
    with app.transaction() as unit:
        yield unit


def network(unit: "Unit", caller: Any = MEMBER, **subnet: Any) -> str:
    made = unit.networks.create(caller, WantedNetwork("n"))
    unit.subnets.create(caller, WantedSubnet(made.id, **({"cidr": "10.0.0.0/24"} | subnet)))
    return made.id


def wire(
    unit: "Unit", wanted: Any, server: str = "server", groups: Sequence[str] = ()
) -> list[ServerPort]:
    items = unit.server_networks.understood(MEMBER, wanted)
    wired = unit.server_ports.wire(MEMBER, server, "nova", items, groups)
    if made := sum(port.made for port in wired):
        unit.quota.charge(MEMBER.project_id or "", {"port": made})
    return wired


def ports_of(unit: "Unit", server: str = "server") -> Sequence[Port]:
    return unit.port_rows.of_device(server)


def used(unit: "Unit", project: str = PROJECT) -> int:
    return unit.quota.holdings(project, ["port"])["port"].used


def test_new_ports_in_order_with_both_kinds_of_address(unit: "Unit") -> None:
    first = network(unit)
    second = network(unit, cidr="10.1.0.0/24")
    six = WantedSubnet(first, "fd00::/64", ipv6_address_mode="slaac")
    unit.subnets.create(MEMBER, six)
    wired = wire(unit, [WantedInterface(second, tag="in"), WantedInterface(first)])
    links = [unit.networks.show(MEMBER, each).link for each in (second, first)]
    assert [(port.network_id, port.link, port.mode) for port in wired] == [
        (second, links[0], "bridged"),
        (first, links[1], "bridged"),
    ]
    assert wired[1].addresses == ("10.0.0.2", slaac_address("fd00::/64", wired[1].mac))
    assert (wired[0].addresses[0], wired[1].addresses[0]) == ("10.1.0.2", "10.0.0.2")
    stored = ports_of(unit)
    assert [port.id for port in stored] == [port.port_id for port in wired]
    assert [(port.device_owner, port.keep, port.tag) for port in stored] == [
        ("compute:nova", False, "in"),
        ("compute:nova", False, None),
    ]
    assert used(unit) == 2


def test_none_at_all(unit: "Unit") -> None:
    assert wire(unit, "none") == wire(unit, []) == []
    assert ports_of(unit) == []


def test_auto_is_the_only_private_network_else_the_public_one(unit: "Unit") -> None:
    with pytest.raises(Conflict, match="no network"):
        wire(unit, "auto")
    public = unit.public_network.ensure(ADMIN)
    assert unit.public_network.ensure(ADMIN).id == public.id
    (port,) = wire(unit, "auto", "s1")
    assert (port.network_id, port.addresses[0]) == (public.id, "203.0.113.2")
    assert port.addresses[1].startswith("2001:db8:1:")
    own = network(unit)
    assert wire(unit, "auto", "s2")[0].network_id == own
    network(unit)
    assert wire(unit, "auto", "s3")[0].network_id == public.id


def test_security_groups_by_id_or_name(unit: "Unit") -> None:
    made = unit.security_groups.create(MEMBER, {"name": "web"})
    on = [WantedInterface(network(unit))]
    wire(unit, on, "s1", ["web", made.id])
    wire(unit, on, "s2")
    assert ports_of(unit, "s1")[0].security_groups == (made.id,)
    (default,) = ports_of(unit, "s2")[0].security_groups
    assert unit.security_groups.show(MEMBER, default).name == "default"
    with pytest.raises(NotFound, match="no-such"):
        wire(unit, on, "s3", ["no-such"])


def test_a_port_of_the_user_s_survives_the_server(unit: "Unit") -> None:
    kept = unit.ports.create(MEMBER, WantedPort(network(unit), name="mine"))
    (port,) = wire(unit, [WantedInterface(port_id=kept.id)])
    assert (port.port_id, port.addresses[0], used(unit)) == (kept.id, "10.0.0.2", 1)
    with pytest.raises(PortInUse):
        wire(unit, [WantedInterface(port_id=kept.id)], "other")
    for refused in (
        lambda: unit.ports.delete(MEMBER, kept.id, None),
        lambda: unit.ports.update(MEMBER, kept.id, {"device_id": ""}, None),
        lambda: unit.ports.update(MEMBER, kept.id, {"mac": "02:00:00:00:00:01"}, None),
    ):
        with pytest.raises(PortInUse):
            refused()
    unit.server_ports.release("server")
    free = unit.ports.show(MEMBER, kept.id)
    assert (free.device_id, free.device_owner, free.status) == ("", "", "DOWN")
    assert free.fixed_ips == kept.fixed_ips
    assert wire(unit, [WantedInterface(port_id=kept.id)], "next")


def test_release_gives_everything_back_and_may_be_repeated(unit: "Unit") -> None:
    wire(unit, [WantedInterface(network(unit))] * 2)
    other = network(unit)
    wire(unit, [WantedInterface(other)], "stays")
    for _ in range(2):
        unit.server_ports.release("server")
        assert (list(ports_of(unit)), len(ports_of(unit, "stays")), used(unit)) == ([], 1, 1)
    assert wire(unit, [WantedInterface(other)])[0].addresses[0] == "10.0.0.3"


def test_mark(unit: "Unit") -> None:
    wire(unit, [WantedInterface(network(unit))])
    for active, status in ((True, "ACTIVE"), (True, "ACTIVE"), (False, "DOWN")):
        unit.server_ports.mark("server", active)
        assert ports_of(unit)[0].status == status
    assert ports_of(unit)[0].version == 3


def test_an_exact_address(unit: "Unit") -> None:
    on = network(unit)
    wanted = [WantedInterface(on, fixed_ip="10.0.0.77")]
    assert wire(unit, wanted)[0].addresses[0] == "10.0.0.77"
    with pytest.raises(IpAddressAlreadyAllocated):
        wire(unit, wanted, "other")
    for outside in ("10.9.0.1", "10.0.0.255", "fd00::1"):
        with pytest.raises(InvalidIpForNetwork):
            wire(unit, [WantedInterface(on, fixed_ip=outside)], "other")


def test_nobody_chooses_an_address_on_a_shared_network(unit: "Unit") -> None:
    public = unit.public_network.ensure(ADMIN)
    with pytest.raises(Forbidden):
        unit.server_ports.wire(
            OTHER, "s", "nova", [WantedInterface(public.id, fixed_ip="203.0.113.9")]
        )


def test_what_is_another_s_does_not_exist(unit: "Unit") -> None:
    theirs = network(unit, OTHER)
    port = unit.ports.create(OTHER, WantedPort(theirs))
    for wanted in (
        WantedInterface(theirs),
        WantedInterface("no"),
        WantedInterface(port_id=port.id),
        WantedInterface(port_id="no"),
    ):
        with pytest.raises(NotFound):
            wire(unit, [wanted])
    assert used(unit, OTHER_PROJECT) == 1


def test_neither_network_nor_port_means_nothing(unit: "Unit") -> None:
    with pytest.raises(InvalidInput):
        wire(unit, [WantedInterface()])


def test_exhausted_and_over_quota(unit: "Unit") -> None:
    small = network(unit, cidr="10.0.0.0/30")
    wire(unit, [WantedInterface(small)])
    with pytest.raises(AddressesExhausted):
        wire(unit, [WantedInterface(small)], "next")
    with pytest.raises(OverQuota):
        wire(unit, [WantedInterface(network(unit))] * 6, "next")
