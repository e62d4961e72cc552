"""Volume types that a project was not given, or was given once."""

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
