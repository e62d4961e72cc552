"""How networks are made: what users may choose, what administrators say, what is shown."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.harness.api import client_of
from tests.web.network.conftest import Network

ALL = ("MAC_FILTERED", "PHYSICAL_VLAN", "IP_LESS_ROUTED")


@pytest.fixture
def net(application_maker: Callable[..., Any], sqlite_database_url: str) -> Network:
    app = application_maker(
        sqlite_database_url,
        network_flavors=ALL,
        spanning_flavors=("PHYSICAL_VLAN",),
        vlan_links=("vlan1", "vlan2"),
        mac_prefix_pool="aa:0d:00-aa:0d:01",
    )
    return Network(client_of(app))


def seen(net: Network, network_id: str) -> dict[str, Any]:
    answer: dict[str, Any] = net.call("GET", f"/networks/{network_id}", token="admin").json
    ours = ("provider:", "SNF:")
    return {name: value for name, value in answer["network"].items() if name.startswith(ours)}


def test_the_first_of_those_that_are_offered(net: Network) -> None:
    made = net.make("network")
    assert made["SNF:network_flavor"] == "MAC_FILTERED"
    assert not [name for name in made if name.startswith("provider:") or name == "SNF:mac_prefix"]
    assert seen(net, made["id"]) == {
        "SNF:network_flavor": "MAC_FILTERED",
        "SNF:mac_prefix": "aa:0d:00",
        "provider:network_type": "flat",
        "provider:physical_network": "prv0",
        "provider:segmentation_id": None,
    }
    net.make("subnet", network_id=made["id"], cidr="10.0.0.0/24")
    assert net.make("port", network_id=made["id"])["mac_address"].startswith("aa:0d:00:")


def test_another_that_is_offered(net: Network) -> None:
    links = []
    for flavor in ALL[1:]:
        made = net.make("network", **{"SNF:network_flavor": flavor})
        assert made["SNF:network_flavor"] == flavor
        shown = seen(net, made["id"])
        links.append((shown["provider:network_type"], shown["provider:physical_network"]))
        assert shown["SNF:mac_prefix"] is None
    assert links == [("flat", "vlan1"), ("routed", "10000")]


@pytest.mark.parametrize(("flavor", "what"), [(ALL[0], "MAC prefix"), (ALL[1], "isolated bridge")])
def test_a_pool_that_is_used_up(net: Network, flavor: str, what: str) -> None:
    wanted = {"SNF:network_flavor": flavor}
    made = [net.make("network", **wanted) for _ in range(2)]
    answer = net.call("POST", "/networks", {"network": wanted}, status=409).json["NeutronError"]
    assert answer["type"] == "NoNetworkAvailable"
    assert f"No {what} is left" in answer["message"]
    net.call("DELETE", f"/networks/{made[0]['id']}", status=204)
    assert seen(net, net.make("network", **wanted)["id"]) == {
        **seen(net, made[1]["id"]),
        **({"SNF:mac_prefix": "aa:0d:00"} if flavor == ALL[0] else {}),
        **({"provider:physical_network": "vlan1"} if flavor == ALL[1] else {}),
    }


def test_what_users_may_not_say(net: Network) -> None:
    for said in (
        {"SNF:network_flavor": "CUSTOM"},
        {"SNF:mac_prefix": "aa:00:00"},
        {"provider:network_type": "flat"},
        {"provider:physical_network": "br0"},
        {"provider:segmentation_id": 7},
        {"provider:segmentation_id": 0},
    ):
        assert net.refused("POST", "/networks", {"network": said}, 403) == "PolicyNotAuthorized"
    net.refused("POST", "/networks", {"network": {"SNF:network_flavor": "WOODEN"}}, 400)
    assert net.ids("/networks") == []


def test_administrators_say_how(net: Network) -> None:
    cases: list[tuple[dict[str, Any], tuple[str, str, int | None]]] = [
        ({"provider:physical_network": "br7"}, ("flat", "br7", None)),
        ({"router:external": True}, ("flat", "snf_public", None)),
        (
            {
                "provider:network_type": "vlan",
                "provider:physical_network": "trunk",
                "provider:segmentation_id": "7",
            },
            ("vlan", "trunk", 7),
        ),
        (
            {"provider:network_type": "routed", "provider:physical_network": "table_5"},
            ("routed", "table_5", None),
        ),
        ({"SNF:network_flavor": "CUSTOM"}, ("flat", "prv0", None)),
        ({"SNF:mac_prefix": "AA:00:01"}, ("flat", "prv0", None)),
        ({"SNF:network_flavor": None, "provider:network_type": None}, ("flat", "prv0", None)),
    ]
    names = ("network_type", "physical_network", "segmentation_id")
    for said, expected in cases:
        made = net.make("network", token="admin", **said)
        assert tuple(made[f"provider:{name}"] for name in names) == expected, said
    assert made["SNF:network_flavor"] == "MAC_FILTERED"


def test_what_cannot_be_made(net: Network) -> None:
    for said in (
        {"provider:network_type": "vxlan"},
        {"provider:network_type": "vlan"},
        {"provider:network_type": "vlan", "provider:segmentation_id": 4095},
        {"provider:network_type": "flat", "provider:segmentation_id": 5},
        {"provider:physical_network": "a bridge"},
        {"SNF:mac_prefix": "01:00:00"},
        {"SNF:mac_prefix": "aa:00"},
        {"SNF:network_flavor": "MAC_FILTERED", "provider:physical_network": "br7"},
    ):
        net.call("POST", "/networks", {"network": said}, token="admin", status=400)


def test_whatever_is_on_the_shared_bridge_has_a_prefix_of_its_own(net: Network) -> None:
    named = {"SNF:network_flavor": "CUSTOM", "provider:physical_network": "br7"}
    kinds: list[dict[str, Any]] = [{}, {"SNF:network_flavor": "CUSTOM"}, named]
    prefixes = [net.make("network", token="admin", **kind)["SNF:mac_prefix"] for kind in kinds]
    assert None not in prefixes[:2]
    assert prefixes[0] != prefixes[1]
    assert prefixes[2] is None  # a bridge that is its own
