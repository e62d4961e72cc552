"""Filters, order, pages and fields: the same for every noun."""

from typing import Any

import pytest

from tests.web.network.conftest import Network

PORTS = 5


@pytest.fixture
def ports(each_net: Network) -> list[dict[str, Any]]:
    network, _ = each_net.wired()
    wanted = [{"network_id": network["id"], "name": f"p{n % 2}"} for n in range(PORTS)]
    body = {"ports": wanted}
    made: list[dict[str, Any]] = each_net.call("POST", "/ports", body, status=201).json["ports"]
    return sorted(made, key=lambda port: str(port["id"]))


def follow(net: Network, path: str, rel: str) -> list[list[str]]:
    """The ids on each page, until there is no link to the next."""
    pages = []
    while path:
        answer = net.call("GET", path, status=200).json
        pages.append([port["id"] for port in answer["ports"]])
        links = {link["rel"]: link["href"] for link in answer.get("ports_links", [])}
        path = links.get(rel, "").removeprefix("http://localhost:80/network/v2.0")
    return pages


def test_pages_link_to_each_other(each_net: Network, ports: list[dict[str, Any]]) -> None:
    ids = [port["id"] for port in ports]
    assert follow(each_net, "/ports?limit=2", "next") == [ids[:2], ids[2:4], ids[4:]]
    back = follow(each_net, f"/ports?limit=2&marker={ids[4]}&page_reverse=true", "previous")
    assert back == [ids[2:4], ids[:2]]
    assert follow(each_net, "/ports?limit=5", "next") == [ids]
    assert "ports_links" not in each_net.call("GET", "/ports").json


def test_any_order(each_net: Network, ports: list[dict[str, Any]]) -> None:
    query = "/ports?sort_key=name&sort_dir=desc&limit=2"
    by_name = sorted(ports, key=lambda port: -int(str(port["name"])[1:]))
    pages = follow(each_net, query, "next")
    assert [each for page in pages for each in page] == [port["id"] for port in by_name]


def test_filters_may_be_repeated(each_net: Network, ports: list[dict[str, Any]]) -> None:
    first, second = ports[0]["id"], ports[1]["id"]
    assert each_net.ids(f"/ports?id={first}&id={second}&id=no") == [first, second]
    assert each_net.ids("/ports?name=p0&name=p1") == [port["id"] for port in ports]
    assert each_net.ids("/ports?name=P0") == []


def test_only_these_fields(each_net: Network, ports: list[dict[str, Any]]) -> None:
    listed = each_net.call("GET", "/ports?fields=id&fields=name&fields=no").json["ports"]
    assert all(set(port) == {"id", "name"} for port in listed)
    shown = each_net.call("GET", f"/ports/{ports[0]['id']}?fields=id").json
    assert shown == {"port": {"id": ports[0]["id"]}}


def test_what_all_have_alike(each_net: Network, ports: list[dict[str, Any]]) -> None:
    assert len(each_net.ids("/ports?binding:vnic_type=normal")) == PORTS
    assert each_net.ids("/ports?binding:vnic_type=direct") == []
    assert each_net.ids("/networks?status=DOWN") == []


BAD_QUERIES = [
    "colour=blue",
    "limit=x",
    "limit=-1",
    "sort_key=nothing",
    "sort_dir=asc",
    "sort_key=name&sort_dir=up",
    "admin_state_up=perhaps",
    "page_reverse=perhaps",
    "fixed_ips=10.0.0.1",
    "fixed_ips=colour=blue",
    "revision_number=x",
    "name=%00",
]


def test_queries_that_mean_nothing(net: Network) -> None:
    for query in BAD_QUERIES:
        net.call("GET", f"/ports?{query}", status=400)


def test_an_unknown_marker(net: Network) -> None:
    for noun in ("networks", "subnets", "ports", "security-groups", "security-group-rules"):
        net.refused("GET", f"/{noun}?marker=no", None, 404)


def test_administrators_see_everything_and_may_choose(net: Network) -> None:
    mine, theirs = net.make("network"), net.make("network", token="other")
    assert set(net.ids("/networks", token="admin")) == {mine["id"], theirs["id"]}
    for name in ("project_id", "tenant_id"):
        only = f"/networks?{name}={theirs['project_id']}"
        assert net.ids(only, token="admin") == [theirs["id"]]
        assert net.ids(only) == []
