"""Volume types that a project was not given, or was given once; and those in use."""

from typing import Any

import pytest

from tests.harness.api import PROJECT, Client, KnownCallers, client_of
from tests.harness.cloud import Cloud
from tests.web.volume.copying import BASE

PRIVATE = {"name": "private", "os-volume-type-access:is_public": False}


@pytest.fixture
def client(cloud: Cloud) -> Client:
    cloud.app.identity = KnownCallers()
    return client_of(cloud.app)


@pytest.fixture
def kind(client: Client) -> str:
    made = client.call("POST", f"{BASE}/types", {"volume_type": PRIVATE}, token="admin", status=200)
    type_id: str = made.json["volume_type"]["id"]
    return type_id


def access(client: Client, type_id: str, verb: str) -> None:
    body = {verb: {"project": PROJECT}}
    client.call("POST", f"{BASE}/types/{type_id}/action", body, token="admin", status=202)


def test_quotas_do_not_name_them(client: Client, kind: str) -> None:
    name = "volumes_private"
    path = f"{BASE}/os-quota-sets/{PROJECT}"

    def shown(token: str) -> list[dict[str, Any]]:
        paths = (path, f"{path}?usage=true", f"{path}/defaults")
        return [
            client.call("GET", each, token=token, status=200).json["quota_set"] for each in paths
        ]

    assert not any(name in quota for quota in shown("member"))
    assert all(name in quota for quota in shown("admin"))
    access(client, kind, "addProjectAccess")
    assert all(name in quota for quota in shown("member"))


def test_volumes_of_what_was_once_given_are_their_owners(
    client: Client, cloud: Cloud, kind: str
) -> None:
    access(client, kind, "addProjectAccess")
    body = {"volume": {"imageRef": cloud.image, "size": 1, "volume_type": "private"}}
    made = client.call("POST", f"{BASE}/volumes", body, status=202).json["volume"]
    cloud.converge()
    access(client, kind, "removeProjectAccess")
    action = {"os-volume_upload_image": {"image_name": "saved", "disk_format": "qcow2"}}
    told = client.call("POST", f"{BASE}/volumes/{made['id']}/action", action, status=202).json
    assert told["os-volume_upload_image"]["volume_type"]["name"] == "private"


def test_who_makes_disks_does_not_change_while_there_are_some(client: Client) -> None:
    specs = {"SNF:provider": "fast", "colour": "red"}
    body: dict[str, Any] = {"volume_type": {"name": "made", "extra_specs": specs}}
    kind = client.call("POST", f"{BASE}/types", body, token="admin", status=200)
    path = f"{BASE}/types/{kind.json['volume_type']['id']}/extra_specs"

    def put(name: str, value: str, status: int) -> None:
        client.call("PUT", f"{path}/{name}", {name: value}, token="admin", status=status)

    put("SNF:provider", "faster", 200)
    wanted = {"volume": {"size": 1, "volume_type": "made"}}
    made = client.call("POST", f"{BASE}/volumes", wanted, status=202).json["volume"]["id"]
    put("SNF:provider", "slow", 400)
    put("SNF:provider", "faster", 200)
    put("colour", "blue", 200)
    client.call("DELETE", f"{path}/SNF:provider", token="admin", status=400)
    client.call("DELETE", f"{BASE}/volumes/{made}", status=202)
    client.call("DELETE", f"{path}/SNF:provider", token="admin", status=202)
