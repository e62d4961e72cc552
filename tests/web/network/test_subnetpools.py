"""/subnetpools, and subnets that are cut from them."""

from typing import Any

from tests.harness.api import PROJECT
from tests.web.network.conftest import Network

POOLS = "/subnetpools"


def pool(net: Network, *prefixes: str, token: str = "member", **more: Any) -> dict[str, Any]:
    return net.make("subnetpool", token=token, name="p", prefixes=list(prefixes), **more)


def cut(net: Network, status: int = 201, token: str = "member", **more: Any) -> dict[str, Any]:
    network = net.make("network", token=token)
    wanted = {"network_id": network["id"], "ip_version": 4} | more
    answer = net.call("POST", "/subnets", {"subnet": wanted}, token=token, status=status)
    body: dict[str, Any] = answer.json
    return body["subnet"] if status == 201 else body["NeutronError"]


def test_what_a_pool_is(net: Network) -> None:
    made = pool(net, "10.0.1.0/24", "10.0.0.0/24", tags=["blue"])
    assert made == made | {
        "name": "p",
        "description": "",
        "project_id": PROJECT,
        "tenant_id": PROJECT,
        "prefixes": ["10.0.0.0/23"],
        "ip_version": 4,
        "min_prefixlen": 8,
        "default_prefixlen": 8,
        "max_prefixlen": 32,
        "default_quota": None,
        "address_scope_id": None,
        "shared": False,
        "is_default": False,
        "tags": ["blue"],
        "revision_number": 0,
    }
    path = f"{POOLS}/{made['id']}"
    assert net.call("GET", path, status=200).json == {"subnetpool": made}
    six = pool(net, "fd00::/48", default_prefixlen=64)
    assert (six["min_prefixlen"], six["max_prefixlen"], six["ip_version"]) == (64, 128, 6)
    assert net.ids(f"{POOLS}?ip_version=6") == [six["id"]]
    assert net.ids(f"{POOLS}?tags=blue") == [made["id"]]
    assert net.ids(f"{POOLS}?sort_key=ip_version&sort_dir=desc&limit=1") == [six["id"]]
    net.call("DELETE", path, status=204)
    assert net.refused("GET", path, None, 404) == "SubnetPoolNotFound"


def test_what_can_be_changed(net: Network) -> None:
    path = f"{POOLS}/{pool(net, '10.0.0.0/16', default_prefixlen=24)['id']}"

    def changed(**values: Any) -> dict[str, Any]:
        sent = {"subnetpool": values}
        body: dict[str, Any] = net.call("PUT", path, sent, status=200).json["subnetpool"]
        return body

    grown = changed(name="n", prefixes=["10.1.0.0/16", "10.0.0.0/16"], max_prefixlen=28)
    assert (grown["name"], grown["prefixes"]) == ("n", ["10.0.0.0/15"])
    assert (grown["max_prefixlen"], grown["revision_number"]) == (28, 1)
    stale = {"If-Match": "revision_number=0"}
    net.call("PUT", path, {"subnetpool": {"name": "m"}}, headers=stale, status=412)
    for values, kind in (
        ({"prefixes": ["10.0.0.0/16"]}, "IllegalSubnetPoolPrefixUpdate"),
        ({"prefixes": ["fd00::/16"]}, "IllegalSubnetPoolPrefixUpdate"),
        ({"min_prefixlen": 25}, "IllegalSubnetPoolPrefixBounds"),
        ({"default_prefixlen": 30}, "IllegalSubnetPoolPrefixBounds"),
        ({"min_prefixlen": 33}, "IllegalSubnetPoolPrefixBounds"),
        ({"shared": True}, "HTTPBadRequest"),
        ({"ip_version": 6}, "HTTPBadRequest"),
    ):
        assert net.refused("PUT", path, {"subnetpool": values}, 400) == kind, values


def test_what_cannot_be(net: Network) -> None:
    wrong: tuple[dict[str, Any], ...] = (
        {},
        {"prefixes": []},
        {"prefixes": ["10.0.0.0/8", "fd00::/64"]},
        {"prefixes": ["x"]},
        {"prefixes": ["10.0.0.0/8"], "min_prefixlen": 33},
        {"prefixes": ["10.0.0.0/8"], "min_prefixlen": 24, "max_prefixlen": 23},
        {"prefixes": ["10.0.0.0/8"], "default_quota": -1},
        {"prefixes": ["10.0.0.0/8"], "colour": "blue"},
    )
    for values in wrong:
        net.refused("POST", POOLS, {"subnetpool": {"name": "p"} | values}, 400)
    assert net.ids(POOLS) == []


def test_who_may_use_it(net: Network) -> None:
    mine = pool(net, "10.0.0.0/8")
    path = f"{POOLS}/{mine['id']}"
    for method, sent in (("GET", None), ("PUT", {"subnetpool": {}}), ("DELETE", None)):
        assert net.refused(method, path, sent, 404, token="other") == "SubnetPoolNotFound"
    said = cut(net, 404, "other", subnetpool_id=mine["id"])
    assert said["type"] == "SubnetPoolNotFound"
    for name in ("shared", "is_default"):
        body = {"subnetpool": {"name": "p", "prefixes": ["10.0.0.0/8"], name: True}}
        assert net.refused("POST", POOLS, body, 403) == "PolicyNotAuthorized"
    shared = pool(net, "10.0.0.0/8", token="admin", shared=True, default_prefixlen=24)
    assert net.ids(POOLS, token="other") == [shared["id"]]
    path = f"{POOLS}/{shared['id']}"
    assert net.refused("DELETE", path, None, 403, token="other") == "PolicyNotAuthorized"
    assert cut(net, token="other", subnetpool_id=shared["id"])["cidr"] == "10.0.0.0/24"


def test_the_lowest_free_prefix(each_net: Network) -> None:
    net = each_net
    source = pool(net, "10.0.0.0/22", "10.9.0.0/24", default_prefixlen=24)["id"]
    first = cut(net, subnetpool_id=source)
    assert (first["cidr"], first["subnetpool_id"]) == ("10.0.0.0/24", source)
    assert (first["gateway_ip"], first["ip_version"]) == ("10.0.0.1", 4)
    assert cut(net, subnetpool_id=source, prefixlen=26)["cidr"] == "10.0.1.0/26"
    assert cut(net, subnetpool_id=source)["cidr"] == "10.0.2.0/24"
    certain = cut(net, subnetpool_id=source, cidr="10.0.1.128/25")
    assert certain["cidr"] == "10.0.1.128/25"
    taken = cut(net, 409, subnetpool_id=source, cidr="10.0.1.192/26")
    outside = cut(net, 409, subnetpool_id=source, cidr="192.168.0.0/24")
    assert taken["type"] == outside["type"] == "SubnetAllocationError"
    assert cut(net, 409, subnetpool_id=source, prefixlen=23)["type"] == "SubnetAllocationError"
    assert net.refused("DELETE", f"{POOLS}/{source}", None, 409) == "SubnetPoolDeleteError"
    assert net.ids(f"/subnets?subnetpool_id={source}&cidr=10.0.0.0/24") == [first["id"]]
    net.call("DELETE", f"/subnets/{first['id']}", status=204)
    assert cut(net, subnetpool_id=source)["cidr"] == "10.0.0.0/24"


def test_requests_that_mean_nothing(net: Network) -> None:
    source = pool(net, "10.0.0.0/16", min_prefixlen=20, default_prefixlen=24, max_prefixlen=28)
    named = {"subnetpool_id": source["id"]}
    for more, kind in (
        ({}, "HTTPBadRequest"),
        ({"use_default_subnetpool": True}, "HTTPBadRequest"),
        (named | {"use_default_subnetpool": True}, "HTTPBadRequest"),
        (named | {"cidr": "10.0.0.0/24", "prefixlen": 24}, "HTTPBadRequest"),
        (named | {"ip_version": 6}, "HTTPBadRequest"),
        (named | {"prefixlen": 19}, "MinPrefixSubnetAllocationError"),
        (named | {"prefixlen": 29}, "MaxPrefixSubnetAllocationError"),
        (named | {"allocation_pools": []}, "HTTPBadRequest"),
        (named | {"gateway_ip": "192.168.0.1"}, "HTTPBadRequest"),
    ):
        assert cut(net, 400, **more)["type"] == kind, more
    assert net.ids("/subnets") == []


def test_subnets_of_a_network_come_from_one_pool(net: Network) -> None:
    source = pool(net, "10.0.0.0/16", default_prefixlen=24)["id"]
    network, _ = net.wired()
    body = {"subnet": {"network_id": network["id"], "ip_version": 4, "subnetpool_id": source}}
    assert net.refused("POST", "/subnets", body, 400) == "NetworkSubnetPoolAffinityError"


def test_the_default_pool(net: Network) -> None:
    default = pool(
        net, "10.0.0.0/16", token="admin", is_default=True, default_prefixlen=26, shared=True
    )
    body = {"subnetpool": {"name": "p", "prefixes": ["10.1.0.0/16"], "is_default": True}}
    net.refused("POST", POOLS, body, 400, token="admin")
    made = cut(net, token="other", use_default_subnetpool=True)
    assert (made["cidr"], made["subnetpool_id"]) == ("10.0.0.0/26", default["id"])
    cut(net, 400, use_default_subnetpool=True, ip_version=6)


def test_what_each_project_may_cut(net: Network) -> None:
    source = pool(net, "10.0.0.0/16", default_prefixlen=25, default_quota=256)["id"]
    cut(net, subnetpool_id=source)
    assert cut(net, 409, subnetpool_id=source, prefixlen=24)["type"] == "SubnetPoolQuotaExceeded"
    cut(net, subnetpool_id=source)
    six = pool(net, "fd00::/48", default_prefixlen=64, default_quota=1)["id"]
    cut(net, subnetpool_id=six, ip_version=6)
    assert cut(net, 409, subnetpool_id=six, ip_version=6)["type"] == "SubnetPoolQuotaExceeded"


def test_pools_cost(net: Network) -> None:
    quota = f"/quotas/{PROJECT}"
    net.call("PUT", quota, {"quota": {"subnetpool": 1}}, token="admin", status=200)
    path = f"{POOLS}/{pool(net, '10.0.0.0/16')['id']}"
    body = {"subnetpool": {"name": "p", "prefixes": ["10.0.0.0/16"]}}
    assert net.refused("POST", POOLS, body, 409) == "OverQuota"
    net.call("DELETE", path, status=204)
    pool(net, "10.0.0.0/16")


def test_tags(net: Network) -> None:
    path = f"{POOLS}/{pool(net, '10.0.0.0/16')['id']}/tags"
    assert net.call("PUT", path, {"tags": ["a"]}, status=200).json == {"tags": ["a"]}
    net.call("PUT", f"{path}/b", status=201)
    assert net.call("GET", path, status=200).json == {"tags": ["a", "b"]}
    net.call("DELETE", f"{path}/a", status=204)
    net.call("DELETE", path, status=204)
