"""Disks that become images, over the API; and what cannot."""

from typing import TYPE_CHECKING, Any

import pytest

from cyclades.domain.model.volume import VolumeStatus
from tests.harness.api import Client, KnownCallers, client_of
from tests.harness.cloud import Cloud
from tests.web.volume.copying import BACKUPS, BASE, SNAPSHOTS, kept, snapshot_of

if TYPE_CHECKING:
    from cyclades.bootstrap import Application

SAVE = {"image_name": "saved", "disk_format": "qcow2", "container_format": "bare"}
UPLOADED = {
    *("id", "updated_at", "status", "display_description", "size", "volume_type", "image_id"),
    *("container_format", "disk_format", "image_name", "protected", "visibility"),
}


@pytest.fixture
def client(cloud: Cloud) -> Client:
    cloud.app.identity = KnownCallers()
    return client_of(cloud.app)


def volume(client: Client, **values: Any) -> dict[str, Any]:
    body = {"volume": {"size": 1} | values}
    made: dict[str, Any] = client.call("POST", f"{BASE}/volumes", body, status=202).json["volume"]
    return made


def act(client: Client, volume_id: str, action: dict[str, Any], status: int, **more: Any) -> Any:
    return client.call("POST", f"{BASE}/volumes/{volume_id}/action", action, status=status, **more)


def test_a_volume_becomes_an_image(cloud: Cloud, client: Client) -> None:
    made = volume(client, imageRef=cloud.image)
    cloud.converge()
    told = act(client, made["id"], {"os-volume_upload_image": SAVE}, 202, version="3.60").json
    said = told["os-volume_upload_image"]
    assert set(said) == UPLOADED
    assert said == said | {"status": "uploading", "visibility": "private", "image_name": "saved"}
    image = f"/image/v2/images/{said['image_id']}"
    assert client.call("GET", image, status=200).json["status"] == "queued"
    cloud.converge()
    shown = client.call("GET", image, status=200).json
    assert (shown["status"], shown["disk_format"], shown["min_disk"]) == ("active", "qcow2", 1)
    there = client.call("GET", f"{BASE}/volumes/{made['id']}", status=200).json["volume"]
    assert there["status"] == "available"
    old = act(client, made["id"], {"os-volume_upload_image": SAVE}, 202).json
    assert set(old["os-volume_upload_image"]) == UPLOADED - {"visibility", "protected"}


def test_what_a_volume_says_of_images_makes_no_attributes(cloud: Cloud, client: Client) -> None:
    made = volume(client)
    said = {"visibility": "garbage", "protected": "x", "tags": "x", "SNF:x": "y", "os_distro": "d"}
    act(client, made["id"], {"os-set_image_metadata": {"metadata": said}}, 200)
    told = act(client, made["id"], {"os-volume_upload_image": SAVE}, 202).json
    image_id = told["os-volume_upload_image"]["image_id"]
    shown = client.call("GET", f"/image/v2/images/{image_id}", status=200).json
    expected = {"visibility": "private", "protected": False, "tags": [], "os_distro": "d"}
    assert shown == shown | expected
    assert "SNF:x" not in shown
    cloud.converge()


def test_what_becomes_no_image(cloud: Cloud, client: Client) -> None:
    made = volume(client)
    for values, status in (
        ({"disk_format": "vmdk"}, 400),
        ({"container_format": "ova"}, 400),
        ({"visibility": "public"}, 403),
        ({"visibility": "some"}, 400),
        ({"image_name": ""}, 400),
    ):
        action = {"os-volume_upload_image": SAVE | values}
        act(client, made["id"], action, status, version="3.60")
    act(client, "no", {"os-volume_upload_image": SAVE}, 404)
    act(client, made["id"], {"os-volume_upload_image": SAVE}, 404, token="other")
    images = client.call("GET", "/image/v2/images?name=saved", status=200).json["images"]
    assert images == []


def test_revert_and_restore(cloud: Cloud, client: Client) -> None:
    made = volume(client, imageRef=cloud.image)
    cloud.converge()
    about = {"volume_id": made["id"]}
    body = {"snapshot": about}
    snapshot = client.call("POST", SNAPSHOTS, body, status=202).json["snapshot"]
    assert snapshot["status"] == "creating"
    cloud.converge()
    shown = client.call("GET", f"{SNAPSHOTS}/{snapshot['id']}").json["snapshot"]
    assert shown["status"] == "available"
    back = {"revert": {"snapshot_id": snapshot["id"]}}
    act(client, made["id"], back, 404, version="3.39")
    act(client, made["id"], back, 202, version="3.40")
    assert status_of(client, made["id"]) == "reverting"
    cloud.converge()
    assert status_of(client, made["id"]) == "available"
    other = volume(client)
    act(client, other["id"], back, 400, version="3.40")
    backup = client.call("POST", BACKUPS, {"backup": about}, status=202).json["backup"]
    again = f"{BACKUPS}/{backup['id']}/restore"
    client.call("POST", again, {"restore": {}}, status=400)
    cloud.converge()
    told = client.call("POST", again, {"restore": {"name": "r"}}, status=202).json["restore"]
    assert told == told | {"backup_id": backup["id"], "volume_name": "r"}
    assert client.call("GET", f"{BACKUPS}/{backup['id']}").json["backup"]["status"] == "restoring"
    assert status_of(client, told["volume_id"]) == "restoring-backup"
    cloud.converge()
    assert status_of(client, told["volume_id"]) == "available"
    told = client.call("POST", again, {"restore": {"volume_id": other["id"]}}, status=202).json[
        "restore"
    ]
    assert told["volume_id"] == other["id"]
    client.call("POST", again, {"restore": {"volume_id": "no"}}, status=400)


def status_of(client: Client, volume_id: str) -> str:
    shown = client.call("GET", f"{BASE}/volumes/{volume_id}", status=200).json["volume"]
    return str(shown["status"])


def test_servers_become_images(cloud: Cloud, client: Client) -> None:
    server = cloud.running()
    path = f"/compute/v2.1/servers/{server}/action"
    body = {"createImage": {"name": "saved", "metadata": {"k": "v"}}}
    old = client.call("POST", path, body, status=202)
    assert old.body == b""
    image_id = old.headers["Location"].rpartition("/")[2]
    client.call("POST", path, body, version="2.45", status=409)
    cloud.converge()
    shown = client.call("GET", f"/image/v2/images/{image_id}", status=200).json
    assert shown == shown | {"status": "active", "visibility": "private", "k": "v"}
    new = client.call("POST", path, body, version="2.45", status=202).json
    assert set(new) == {"image_id"}
    for wrong in ({}, {"name": ""}, {"name": "n", "metadata": {"k": 1}}):
        client.call("POST", path, {"createImage": wrong}, status=400)
    client.call("POST", path, body, token="reader", status=403)
    client.call("POST", path, body, token="other", status=404)
    cloud.converge()
    for attribute in ("visibility", "protected", "min_disk", "tags", "owner", "id", "SNF:trouble"):
        wrong = {"name": "n", "metadata": {attribute: "x"}}
        client.call("POST", path, {"createImage": wrong}, status=400)
    actions = client.call("GET", f"/compute/v2.1/servers/{server}/os-instance-actions").json
    assert [each["action"] for each in actions["instanceActions"]].count("createImage") == 2


def test_snapshots_of_volumes_in_use(application: "Application", api: Client) -> None:
    """Since 3.66 nobody has to say that they know."""
    in_use = kept(application, status=VolumeStatus.IN_USE)
    assert snapshot_of(api, in_use.id, force=True)["status"] == "available"
