"""Every network exchange that was recorded from a real OpenStack, told again here.

The answers have the recorded status, and bodies of the same keys and JSON types.
"""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

import pytest

from tests.harness.api import PROJECT, Client
from tests.web.golden import differences, exchange, exchanges

BASE = "/network/v2.0"
MISSING = "0199aaaa-bbbb-7ccc-8ddd-eeeeffff0000"
# What our bodies have differently, each with its reason. The list only shrinks.
# Numbers in every body of a pool; there they are numbers only after a change.
LENGTHS = [
    f"$.subnetpool.{name} is number, theirs string"
    for name in ("default_prefixlen", "max_prefixlen", "min_prefixlen")
]
# Routes have no quota: a router has at most thirty.
NO_ROUTES = ["$.quota.router_route is missing"]
# There it is shown when a network is made and in lists, but not here.
DEFAULT = ["$.network.is_default is not theirs"]
KNOWN: Mapping[str, list[str]] = {
    "POST /subnetpools 201": LENGTHS,
    "GET /subnetpools/{id} 200": LENGTHS,
    # Like every other body of a pool.
    "PUT /subnetpools/{id} 200": [
        "$.subnetpool.address_scope_id is not theirs",
        "$.subnetpool.default_quota is not theirs",
    ],
    "GET /quotas/{pid} 200": NO_ROUTES,
    "GET /quotas/{pid}/details 200": NO_ROUTES,
    "GET /quotas/{pid}/details.json 200": NO_ROUTES,
    "PUT /quotas/{pid} 200": NO_ROUTES,
    "GET /networks/{id} 200": DEFAULT,
    "PUT /networks/{id} 200": DEFAULT,
    # A page for people; ours is an error like all others.
    "GET /extensions/{alias} 404": ["$ is object, theirs string"],
}
# A number of their database's and tags that rules cannot be given, in rules inside of groups only.
INSIDE = re.compile(r"\$.*\.security_group_rules\[0\]\.(standard_attr_id|tags) is missing")
OWN = re.compile(r"\$.*\.SNF:\w+ is not theirs")  # Cyclades' own attributes


class Step(NamedTuple):
    """`id` is whose path it is; `@name` in the body stands for what `keeps` named before."""

    request: str
    status: int
    id: str = ""
    body: Any = None
    keeps: str = ""
    headers: Mapping[str, str] = {}
    token: str = "member"

    def __str__(self) -> str:
        return f"{self.request} {self.status}"


def rule(**more: Any) -> dict[str, Any]:
    said = {"direction": "ingress", "protocol": "tcp", "ethertype": "IPv4"}
    ports = {"port_range_min": 22, "port_range_max": 22, "remote_ip_prefix": "0.0.0.0/0"}
    return {"security_group_rule": {"security_group_id": "@group"} | said | ports | more}


def subnet(cidr: str, network: str = "@network") -> dict[str, Any]:
    return {"subnet": {"ip_version": 4, "cidr": cidr, "network_id": network, "name": "s"}}


def taken(name: str = "p") -> dict[str, Any]:
    fixed = [{"subnet_id": "@subnet", "ip_address": "10.77.0.77"}]
    return {"port": {"name": name, "network_id": "@network", "fixed_ips": fixed}}


STORY = (
    Step("GET /extensions", 200),
    Step("GET /extensions/{alias}", 200, "quotas"),
    Step("GET /extensions/{alias}", 404, "tag-ports-during-bulk-creation"),
    Step("GET /availability_zones", 200),
    Step("GET /agents", 200, token="admin"),
    Step("GET /quotas/{pid}", 200, PROJECT),
    Step("GET /quotas/{pid}/details", 200, PROJECT),
    Step("GET /quotas/{pid}/details.json", 200, PROJECT),
    Step("PUT /quotas/{pid}", 200, PROJECT, {"quota": {"network": 40}}, token="admin"),
    # Networks
    Step("POST /networks", 201, body={"network": {"name": "n"}}, keeps="network"),
    Step("GET /networks/{id}", 200, "@network"),
    Step("GET /networks", 200),
    Step("PUT /networks/{id}", 200, "@network", {"network": {"description": "hello"}}),
    Step(
        "PUT /networks/{id}",
        412,
        "@network",
        {"network": {"description": "y"}},
        headers={"If-Match": "revision_number=77"},
    ),
    Step("PUT /networks/{id}/tags", 200, "@network", {"tags": ["blue"]}),
    Step("GET /networks/{id}/tags", 200, "@network"),
    Step("DELETE /networks/{id}/tags/blue", 204, "@network"),
    Step("DELETE /networks/{id}/tags/blue", 404, "@network"),
    Step("PUT /networks/{id}/tags/blue", 201, "@network"),
    Step("POST /networks/{id}/tags", 200, "@network", {"tags": ["red"]}),
    Step("DELETE /networks/{id}/tags", 204, "@network"),
    Step("GET /networks/{id}", 404, MISSING),
    Step("DELETE /networks/{id}", 404, MISSING),
    # Subnets, and pools
    Step("POST /subnets", 201, body=subnet("10.77.0.0/24"), keeps="subnet"),
    Step("POST /subnets", 400, body=subnet("10.77.0.128/25")),
    Step("GET /subnets/{id}", 200, "@subnet"),
    Step("GET /subnets", 200),
    Step("PUT /subnets/{id}", 200, "@subnet", {"subnet": {"name": "s2"}}),
    Step("GET /subnets/{id}", 404, MISSING),
    Step("DELETE /subnets/{id}", 404, MISSING),
    Step(
        "POST /subnetpools",
        201,
        body={"subnetpool": {"name": "p", "prefixes": ["1.0.0.0/16", "2.0.0.0/16"]}},
        keeps="pool",
    ),
    Step("GET /subnetpools/{id}", 200, "@pool"),
    Step("PUT /subnetpools/{id}", 200, "@pool", {"subnetpool": {"name": "p2"}}),
    Step("DELETE /subnetpools/{id}", 204, "@pool"),
    Step("GET /subnetpools/{id}", 404, "@pool"),
    Step("DELETE /subnetpools/{id}", 404, "@pool"),
    # Security groups
    Step("POST /security-groups", 201, body={"security_group": {"name": "g"}}, keeps="group"),
    Step("GET /security-groups/{id}", 200, "@group"),
    Step("GET /security-groups", 200),
    Step("PUT /security-groups/{id}", 200, "@group", {"security_group": {"name": "g2"}}),
    Step("POST /security-group-rules", 201, body=rule(), keeps="rule"),
    Step("POST /security-group-rules", 409, body=rule()),
    Step("GET /security-group-rules/{id}", 200, "@rule"),
    Step("GET /security-group-rules", 200),
    Step("DELETE /security-group-rules/{id}", 204, "@rule"),
    Step("GET /security-groups/{id}", 404, MISSING),
    Step("DELETE /security-groups/{id}", 404, MISSING),
    # Ports
    Step("POST /ports", 201, body=taken(), keeps="port"),
    Step("POST /ports", 409, body=taken("q")),
    Step("GET /ports/{id}", 200, "@port"),
    Step("GET /ports", 200),
    Step("PUT /ports/{id}", 409, "@port", {"port": {"port_security_enabled": False}}),
    Step(
        "PUT /ports/{id}",
        200,
        "@port",
        {"port": {"name": "p2", "security_groups": [], "port_security_enabled": False}},
    ),
    Step("GET /ports/{id}", 404, MISSING),
    Step("DELETE /ports/{id}", 404, MISSING),
    Step("DELETE /networks/{id}", 409, "@network"),
    Step("DELETE /subnets/{id}", 409, "@subnet"),
    # Routers and floating IPs
    Step("POST /routers", 201, body={"router": {"name": "r"}}, keeps="router"),
    Step("GET /routers/{id}", 200, "@router"),
    Step("GET /routers", 200),
    Step(
        "PUT /routers/{id}",
        200,
        "@router",
        {"router": {"external_gateway_info": {"network_id": "@public"}}},
    ),
    Step("PUT /routers/{id}/add_router_interface", 200, "@router", {"subnet_id": "@subnet"}),
    Step("DELETE /routers/{id}", 409, "@router"),
    Step(
        "POST /floatingips",
        201,
        body={"floatingip": {"floating_network_id": "@public"}},
        keeps="floatingip",
    ),
    Step("GET /floatingips/{id}", 200, "@floatingip"),
    Step("GET /floatingips", 200),
    Step("PUT /floatingips/{id}", 200, "@floatingip", {"floatingip": {"port_id": "@port"}}),
    Step("PUT /routers/{id}/remove_router_interface", 409, "@router", {"subnet_id": "@subnet"}),
    Step("PUT /floatingips/{id}", 200, "@floatingip", {"floatingip": {"port_id": None}}),
    Step("DELETE /floatingips/{id}", 204, "@floatingip"),
    Step("GET /floatingips/{id}", 404, "@floatingip"),
    Step("DELETE /floatingips/{id}", 404, "@floatingip"),
    Step("PUT /routers/{id}/remove_router_interface", 200, "@router", {"subnet_id": "@subnet"}),
    Step("PUT /routers/{id}/remove_router_interface", 404, "@router", {"port_id": MISSING}),
    Step("DELETE /routers/{id}", 204, "@router"),
    Step("DELETE /routers/{id}", 404, "@router"),
    # The end
    Step("DELETE /ports/{id}", 204, "@port"),
    Step("DELETE /security-groups/{id}", 204, "@group"),
    Step("DELETE /subnets/{id}", 204, "@subnet"),
    Step("DELETE /networks/{id}", 204, "@network"),
)


def filled(value: Any, names: Mapping[str, str]) -> Any:
    """With ids in the places of names."""
    if isinstance(value, dict):
        return {key: filled(each, names) for key, each in value.items()}
    if isinstance(value, list):
        return [filled(each, names) for each in value]
    return names[value[1:]] if isinstance(value, str) and value.startswith("@") else value


def recorded(step: Step) -> Any:
    method, path = step.request.split()
    return exchange(f"{method} {BASE}{path}", status=step.status).answer


@pytest.fixture
def names(api: Client) -> dict[str, str]:
    """Ids; there is an external network."""
    wanted = {"network": {"name": "public", "router:external": True}}
    made = api.call("POST", f"{BASE}/networks", wanted, token="admin", status=201).json
    public = made["network"]["id"]
    addresses = {"network_id": public, "ip_version": 4, "cidr": "203.0.113.0/24"}
    api.call("POST", f"{BASE}/subnets", {"subnet": addresses}, token="admin", status=201)
    return {"public": public}


def test_the_story_has_every_exchange() -> None:
    told = {str(step) for step in STORY}
    every = {
        f"{each.request.replace(BASE, '')} {each.status}"
        for each in exchanges()
        if f" {BASE}/" in each.request
    }
    assert told == every


def test_in_their_shape(api: Client, names: dict[str, str]) -> None:
    found: dict[str, list[str]] = {}
    for step in STORY:
        method, path = step.request.split()
        url = path.replace("{id}", "{}").replace("{pid}", "{}").replace("{alias}", "{}")
        answer = api.call(
            method,
            BASE + url.format(filled(step.id, names)),
            filled(step.body, names),
            token=step.token,
            headers=dict(step.headers),
        )
        assert answer.status_int == step.status, (str(step), answer.text)
        ours: Any = answer.json if answer.body else None
        if step.keeps:
            (thing,) = ours.values()
            names[step.keeps] = thing["id"]
        wrong = [
            each
            for each in differences(recorded(step), ours)
            if not (INSIDE.fullmatch(each) or OWN.fullmatch(each))
        ]
        if wrong:
            found[str(step)] = wrong
    assert found == KNOWN
