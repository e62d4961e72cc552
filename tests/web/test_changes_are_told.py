"""Whatever changes an object tells the feed of it, in the transaction that changes it."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cyclades.domain.model.operation import Operation
from tests.harness.api import OTHER_PROJECT, PROJECT
from tests.harness.compute import Cloud
from tests.web.bad_world import World, declared, world
from tests.web.ledger import Ledger
from tests.web.owned import (
    FLOATING_IP,
    GROUP,
    IMAGE,
    KEYPAIR,
    NETWORK,
    POLICY,
    POOL,
    PORT,
    ROUTER,
    RULE,
    SERVER,
    SUBNET,
    make_all,
)
from tests.web.volume.changes import CHANGES as CHANGES_OF_VOLUMES
from tests.web.volume.changes import NO_CHANGE, OF_A_SERVER

FLAVOR, QUOTA = "/compute/v2.1/flavors/{id}", "/compute/v2.1/os-quota-sets/{project_id}"
LIMITS, SPECS = "/network/v2.0/quotas/{project_id}", f"{FLAVOR}/os-extra_specs"
IMAGE_LIMITS = "/image/v2/quotas/{project_id}"
OPERATORS = (FLAVOR.rpartition("/")[0], QUOTA, LIMITS, IMAGE_LIMITS)
ACT = f"{IMAGE}/actions/{{action:deactivate|reactivate}}"
PATCH = {"Content-Type": "application/openstack-images-v2.1-json-patch"}
BYTES = {"Content-Type": "application/octet-stream"}
ROUTES = {"router": {"routes": [{"destination": "10.1.0.0/16", "nexthop": "10.9.0.7"}]}}
OLD = {"version": "2.1"}
OLD_GROUPS = "/compute/v2.1/os-security-groups"
OLD_RULES = "/compute/v2.1/os-security-group-rules"
OLD_FLOATING_IPS = "/compute/v2.1/os-floating-ips"
DRAFT = "draft"  # an image that waits for its bytes
NEW_FLAVOR = {"name": "new", "ram": 1, "vcpus": 1, "disk": 1}
PRIVATE = NEW_FLAVOR | {"name": "private", "id": "private", "os-flavor-access:is_public": False}


def tagging(path: str) -> list[tuple[Any, ...]]:
    """Tags as the network service has them."""
    return [
        ("PUT", f"{path}/tags", {"tags": ["a"]}),
        ("POST", f"{path}/tags", {"tags": ["b"]}),
        ("PUT", f"{path}/tags/{{tag}}", None),
        ("DELETE", f"{path}/tags/{{tag}}", None),
        ("DELETE", f"{path}/tags", None),
    ]


# Method, path, body, and what else the request needs; in an order that works.
STORY: list[tuple[Any, ...]] = [
    ("POST", "/compute/v2.1/flavors", {"flavor": NEW_FLAVOR | {"id": "new"}}),
    ("PUT", FLAVOR, {"flavor": {"description": "d"}}),
    ("POST", SPECS, {"extra_specs": {"key": "v"}}),
    ("PUT", f"{SPECS}/{{key}}", {"key": "w"}),
    ("DELETE", f"{SPECS}/{{key}}", None),
    ("POST", "/compute/v2.1/flavors", {"flavor": PRIVATE}),
    ("POST", f"{FLAVOR}/action", {"addTenantAccess": {"tenant": PROJECT}}, {"id": "private"}),
    ("POST", f"{FLAVOR}/action", {"removeTenantAccess": {"tenant": PROJECT}}, {"id": "private"}),
    ("DELETE", FLAVOR, None),
    ("POST", "/compute/v2.1/os-keypairs", {"keypair": {"name": "another"}}, {"version": "2.1"}),
    ("DELETE", KEYPAIR, None),
    ("PUT", QUOTA, {"quota_set": {"cores": 7}}),
    ("DELETE", QUOTA, None),
    ("PUT", LIMITS, {"quota": {"network": 7}}),
    ("DELETE", LIMITS, None),
    ("PUT", IMAGE_LIMITS, {"quota": {"image_count_total": 7}}),
    ("DELETE", IMAGE_LIMITS, None),
    ("PUT", SERVER, {"server": {"name": "new"}}),
    ("POST", f"{SERVER}/metadata", {"metadata": {"a": "b"}}),
    ("PUT", f"{SERVER}/metadata", {"metadata": {"key": "b"}}),
    ("PUT", f"{SERVER}/metadata/{{key}}", {"meta": {"key": "c"}}),
    ("DELETE", f"{SERVER}/metadata/{{key}}", None),
    ("PUT", f"{SERVER}/tags", {"tags": ["a"]}),
    ("PUT", f"{SERVER}/tags/{{tag}}", None),
    ("DELETE", f"{SERVER}/tags/{{tag}}", None),
    ("DELETE", f"{SERVER}/tags", None),
    ("POST", f"{SERVER}/action", {"lock": None}),
    ("POST", f"{SERVER}/action", {"unlock": None}),
    ("POST", f"{SERVER}/os-interface", {"interfaceAttachment": "new"}),
    ("POST", f"{SERVER}/action", {"addSecurityGroup": {"name": "mine"}}),
    ("POST", f"{SERVER}/action", {"removeSecurityGroup": {"name": "mine"}}),
    ("DELETE", f"{SERVER}/os-interface/{{port_id}}", None),
    ("POST", OLD_GROUPS, {"security_group": {"name": "old"}}, OLD),
    ("PUT", f"{OLD_GROUPS}/{{id}}", {"security_group": {"name": "older"}}, OLD),
    ("POST", OLD_RULES, {"security_group_rule": "old"}, OLD),
    ("DELETE", f"{OLD_RULES}/{{id}}", None, OLD),
    ("DELETE", f"{OLD_GROUPS}/{{id}}", None, OLD),
    ("POST", OLD_FLOATING_IPS, {"pool": "public"}, OLD),
    ("DELETE", f"{OLD_FLOATING_IPS}/{{id}}", None, OLD),
    ("POST", "/compute/v2.1/servers", {"server": "new"}),
    ("DELETE", SERVER, None),
    ("POST", "/image/v2/images", {"name": "new", "visibility": "public"}),
    ("PATCH", IMAGE, [{"op": "replace", "path": "/name", "value": "n"}], {"headers": PATCH}),
    ("PUT", f"{IMAGE}/tags/{{tag}}", None),
    ("DELETE", f"{IMAGE}/tags/{{tag}}", None),
    ("POST", f"{IMAGE}/members", {"member": OTHER_PROJECT}),
    ("PUT", f"{IMAGE}/members/{{project_id}}", {"status": "accepted"}, {"token": "other"}),
    ("DELETE", f"{IMAGE}/members/{{project_id}}", None),
    ("PUT", f"{IMAGE}/file", b"bytes", {"headers": BYTES}),
    ("POST", ACT, None),
    ("PUT", f"{IMAGE}/stage", b"bytes", {"headers": BYTES, "image_id": DRAFT}),
    ("POST", f"{IMAGE}/import", {"method": {"name": "glance-direct"}}, {"image_id": DRAFT}),
    ("DELETE", IMAGE, None),
    ("POST", "/network/v2.0/networks", {"network": {"name": "new"}}),
    ("PUT", NETWORK, {"network": {"name": "new"}}),
    *tagging(NETWORK),
    ("POST", "/network/v2.0/subnets", {"subnet": "new"}),
    ("PUT", SUBNET, {"subnet": {"name": "new"}}),
    *tagging(SUBNET),
    ("POST", "/network/v2.0/ports", {"port": "new"}),
    ("PUT", PORT, {"port": {"name": "new"}}),
    *tagging(PORT),
    ("POST", "/network/v2.0/security-groups", {"security_group": {"name": "new"}}),
    ("PUT", GROUP, {"security_group": {"name": "new"}}),
    *tagging(GROUP),
    ("POST", "/network/v2.0/security-group-rules", {"security_group_rule": "new"}),
    ("DELETE", RULE, None),
    ("POST", "/network/v2.0/subnetpools", {"subnetpool": "new"}),
    ("PUT", POOL, {"subnetpool": {"name": "new"}}),
    *tagging(POOL),
    ("DELETE", POOL, None),
    ("POST", "/network/v2.0/rbac-policies", {"rbac_policy": "new"}),
    ("PUT", POLICY, {"rbac_policy": {"target_tenant": "fourth"}}),
    ("DELETE", POLICY, None),
    ("POST", "/network/v2.0/routers", {"router": {"name": "new"}}),
    ("PUT", ROUTER, {"router": {"description": "d"}}),
    ("PUT", f"{ROUTER}/add_router_interface", {"subnet_id": "new"}),
    ("PUT", f"{ROUTER}/add_extraroutes", ROUTES),
    ("PUT", f"{ROUTER}/remove_extraroutes", ROUTES),
    ("PUT", f"{ROUTER}/remove_router_interface", {"subnet_id": "new"}),
    *tagging(ROUTER),
    ("DELETE", ROUTER, None),
    ("POST", "/network/v2.0/floatingips", {"floatingip": "new"}),
    ("PUT", FLOATING_IP, {"floatingip": {"description": "d"}}),
    *tagging(FLOATING_IP),
    ("DELETE", FLOATING_IP, None),
    ("DELETE", GROUP, None),
    ("DELETE", PORT, None),
    ("DELETE", SUBNET, None),
    ("DELETE", NETWORK, None),
]


@pytest.fixture(
    scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.real_postgres)]
)
def place(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    folder: Path = tmp_path_factory.mktemp("told")
    if request.param == "sqlite":
        file = folder / "world.db"
        file.write_bytes(request.getfixturevalue("sqlite_template").read_bytes())
        with world(f"sqlite:///{file}", folder) as made:
            yield made
        return
    server = request.getfixturevalue("postgres_server")
    name = server.create(request.getfixturevalue("postgres_template"))
    with world(server.url(name), folder) as made:
        yield made
    server.drop(name)


def test_the_story_has_every_change() -> None:
    """Tokens and their like are not objects that a feed tells of."""
    changing = declared(lambda item: item.operation.method in {"POST", "PUT", "PATCH", "DELETE"})
    told = {f"{step[0]} {step[1]}" for step in STORY} | NO_CHANGE
    told |= {change.declared for change in CHANGES_OF_VOLUMES} | set(OF_A_SERVER)
    every = {
        str(item) for item in changing if not item.path.startswith(("/identity", "/feed", "/node"))
    }
    assert every - told == set()


def new_things(place: World, made: dict[str, str]) -> dict[str, Any]:
    """What stands for "new" in the story."""
    images = place.api.call("GET", "/image/v2/images?visibility=public").json["images"]
    networks = place.api.call("GET", "/network/v2.0/networks?name=public").json["networks"]
    public = networks[0]["id"]
    return {
        "server": {
            "name": "new",
            "flavorRef": "1",
            "imageRef": images[0]["id"],
            "networks": "none",
        },
        "subnet": {"network_id": made[NETWORK], "ip_version": 4, "cidr": "10.8.0.0/24"},
        "port": {"network_id": public},
        "interfaceAttachment": {"net_id": public},
        "subnet_id": made[SUBNET],
        "floatingip": {"floating_network_id": public},
        "subnetpool": {"name": "new", "prefixes": ["10.0.0.0/8"]},
        "rbac_policy": {
            "object_type": "network",
            "object_id": made[NETWORK],
            "action": "access_as_shared",
            "target_tenant": "fifth",
        },
        "security_group_rule": {
            "security_group_id": made[GROUP],
            "direction": "egress",
            "protocol": "udp",
        },
    }


def test_every_change_is_told(place: World) -> None:
    made = make_all(place.api)
    draft = {"name": DRAFT, "disk_format": "raw", "container_format": "bare"}
    drafted = place.api.call("POST", "/image/v2/images", draft, status=201).json["id"]
    bodies = new_things(place, made)
    Cloud(place.application, place.api, "", "").done(made[SERVER], Operation.CREATE)
    ledger = Ledger()
    ledger.watch(place.application.engine)
    for method, path, body, *more in STORY:
        said = dict(more[0]) if more else {}
        values = {
            "id": said.pop("id", made.get(owner(path), "new")),
            "image_id": drafted if said.pop("image_id", "") == DRAFT else made[IMAGE],
            "name": "mine",
            "project_id": OTHER_PROJECT,
            "key": "key",
            "tag": "tag",
            "port_id": made.get(f"{SERVER}/os-interface", ""),
            "action": "deactivate",
        }
        url = re.sub(r"\{(\w+):[^}]*\}", r"{\1}", path).format(**values)
        sent = body
        if isinstance(body, dict) and "new" in body.values():
            sent = {name: bodies.get(name, value) for name, value in body.items()}
        if path == OLD_RULES:
            ports = {"ip_protocol": "tcp", "from_port": 1, "to_port": 2}
            sent = {"security_group_rule": ports | {"parent_group_id": made[OLD_GROUPS]}}
        said.setdefault("version", "2.91" if path.startswith("/compute") else None)
        operators = path.startswith(OPERATORS) or "visibility" in str(body)
        said.setdefault("token", "admin" if operators else "member")
        ledger.committed.clear()
        answer = place.api.call(method, url, sent, **said)
        assert answer.status_int < 300, (method, url, answer.text)
        ledger.require_told((method, url))
        if path in {OLD_GROUPS, OLD_RULES, OLD_FLOATING_IPS, f"{SERVER}/os-interface"}:
            ((_, thing),) = answer.json.items()
            made[path] = thing.get("id") or thing["port_id"]


def owner(path: str) -> str:
    """The object that a path is about."""
    known = (SERVER, NETWORK, SUBNET, PORT, GROUP, RULE, POLICY, POOL, ROUTER, FLOATING_IP)
    every = (*known, OLD_GROUPS, OLD_RULES, OLD_FLOATING_IPS)
    return next((one for one in every if path == one or path.startswith(f"{one}/")), "")
