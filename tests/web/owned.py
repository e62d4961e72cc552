"""One object of each kind, all of them the member's own."""

from collections.abc import Mapping
from typing import Any

from tests.harness.api import OTHER_PROJECT, Client

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJqLuFzGmkMGmnQ8m3t2kmpBVdvYmHgQh2Hyi0dEZ4Rv mine"
SUBNET, RULE = "/network/v2.0/subnets/{id}", "/network/v2.0/security-group-rules/{id}"
NETWORK, GROUP = "/network/v2.0/networks/{id}", "/network/v2.0/security-groups/{id}"
IMAGE, SERVER = "/image/v2/images/{image_id}", "/compute/v2.1/servers/{id}"
POOL = "/network/v2.0/subnetpools/{id}"
POLICY = "/network/v2.0/rbac-policies/{id}"
VOLUME, SNAPSHOT = "/volume/v3/volumes/{id}", "/volume/v3/snapshots/{id}"
TRANSFER = "/volume/v3/volume-transfers/{id}"
ROUTER, FLOATING_IP = "/network/v2.0/routers/{id}", "/network/v2.0/floatingips/{id}"
PORT, KEYPAIR = "/network/v2.0/ports/{id}", "/compute/v2.1/os-keypairs/{name}"
# What makes them, the ones that others need before those.
BODIES: Mapping[str, Any] = {
    KEYPAIR: {"keypair": {"name": "mine", "public_key": KEY}},
    NETWORK: {"network": {"name": "mine"}},
    SUBNET: {"subnet": {"network_id": NETWORK, "ip_version": 4, "cidr": "10.9.0.0/24"}},
    PORT: {"port": {"network_id": NETWORK}},
    GROUP: {"security_group": {"name": "mine"}},
    RULE: {
        "security_group_rule": {
            "security_group_id": GROUP,
            "direction": "ingress",
            "protocol": "tcp",
            "ethertype": "IPv4",
        }
    },
    POOL: {"subnetpool": {"name": "mine", "prefixes": ["10.0.0.0/8"]}},
    POLICY: {
        "rbac_policy": {
            "object_type": "network",
            "object_id": NETWORK,
            "action": "access_as_shared",
            "target_tenant": "third",
        }
    },
    ROUTER: {"router": {"name": "mine"}},
    FLOATING_IP: {"floatingip": {"floating_network_id": "public"}},
    IMAGE: {"name": "mine", "disk_format": "raw", "container_format": "bare"},
    VOLUME: {"volume": {"name": "mine", "size": 1}},
    SNAPSHOT: {"snapshot": {"volume_id": VOLUME}},
    TRANSFER: {"transfer": {"volume_id": VOLUME}},
    SERVER: {"server": {"name": "mine", "flavorRef": "1", "imageRef": "", "networks": "none"}},
}
# What would change them, were they one's own.
CHANGES: Mapping[str, Any] = {
    f"PUT {SERVER}": {"server": {"name": "theirs"}},
    f"POST {SERVER}/action": {"os-stop": None},
    f"POST {SERVER}/os-interface": {"interfaceAttachment": {}},
    f"POST {SERVER}/os-volume_attachments": {"volumeAttachment": {"volumeId": VOLUME}},
    f"PUT {SERVER}/os-volume_attachments/{{volume_id}}": {"volumeAttachment": {"volumeId": "x"}},
    f"POST {SERVER}/metadata": {"metadata": {"a": "b"}},
    f"PUT {SERVER}/metadata": {"metadata": {"a": "b"}},
    f"PUT {SERVER}/metadata/{{key}}": {"meta": {"some": "b"}},
    f"PUT {SERVER}/tags": {"tags": ["a"]},
    f"PUT {VOLUME}": {"volume": {"name": "theirs"}},
    f"POST {VOLUME}/action": {"os-extend": {"new_size": 2}},
    f"PUT {SNAPSHOT}": {"snapshot": {"name": "theirs"}},
    **{
        f"{method} {path}/metadata{key}": {"metadata" if not key else "meta": {"some": "b"}}
        for path in (VOLUME, SNAPSHOT)
        for method, key in (("POST", ""), ("PUT", ""), ("PUT", "/{key}"))
    },
    f"POST {TRANSFER}/accept": {"accept": {"auth_key": "wrong"}},
    f"PUT {NETWORK}": {"network": {"name": "theirs"}},
    f"PUT {SUBNET}": {"subnet": {"name": "theirs"}},
    f"PUT {PORT}": {"port": {"name": "theirs"}},
    f"PUT {GROUP}": {"security_group": {"name": "theirs"}},
    f"PUT {ROUTER}": {"router": {"name": "theirs"}},
    f"PUT {ROUTER}/add_router_interface": {"subnet_id": "some"},
    f"PUT {ROUTER}/remove_router_interface": {"subnet_id": "some"},
    f"PUT {ROUTER}/add_extraroutes": {"router": {"routes": []}},
    f"PUT {ROUTER}/remove_extraroutes": {"router": {"routes": []}},
    f"PUT {FLOATING_IP}": {"floatingip": {"description": "theirs"}},
    **{
        f"{method} {path}/tags": {"tags": ["a"]}
        for method in ("PUT", "POST")
        for path in (NETWORK, SUBNET, PORT, GROUP, POOL, ROUTER, FLOATING_IP)
    },
    f"PUT {POOL}": {"subnetpool": {"name": "theirs"}},
    f"PUT {POLICY}": {"rbac_policy": {"target_tenant": "fourth"}},
    f"PATCH {IMAGE}": [{"op": "replace", "path": "/name", "value": "theirs"}],
    f"PUT {IMAGE}/file": b"theirs",
    f"PUT {IMAGE}/stage": b"theirs",
    f"POST {IMAGE}/import": {"method": {"name": "glance-direct"}},
    f"POST {IMAGE}/members": {"member": OTHER_PROJECT},
    f"PUT {IMAGE}/members/{{project_id}}": {"status": "accepted"},
}


def make_all(api: Client, token: str = "member") -> dict[str, str]:
    """Ids by the paths of the objects."""
    made: dict[str, str] = {}
    images = api.call("GET", "/image/v2/images", token=token).json["images"]
    public = "/network/v2.0/networks?router:external=true"
    known = {
        "": images[0]["id"],
        "public": api.call("GET", public, token=token).json["networks"][0]["id"],
    }
    for path, body in BODIES.items():
        wanted = filled(body, made | known)
        collection = path.rpartition("/")[0]
        answer = api.call("POST", collection, wanted, token=token, version=version_of(path))
        assert answer.status_int in {200, 201, 202}, (path, answer.text)
        said = answer.json
        (thing,) = [said] if "id" in said else said.values()
        made[path] = thing["name"] if path == KEYPAIR else thing["id"]
    return made


def version_of(path: str) -> str | None:
    """The newest microversion."""
    newest = {"compute": "2.96", "volume": "3.71"}
    return newest.get(path.split("/")[1])


def filled(body: Any, made: Mapping[str, str]) -> Any:
    """The body with ids in the places of paths."""
    if isinstance(body, dict):
        return {
            key: made.get(value, value) if key.endswith(("_id", "Ref")) else filled(value, made)
            for key, value in body.items()
        }
    return body
