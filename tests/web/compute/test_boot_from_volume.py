"""Block devices in requests for servers: what they become, and what is refused in which words."""

from typing import Any

import pytest

from tests.harness.compute import NEWEST, SERVERS, Cloud

VOLUMES = "/volume/v3/volumes"
FIELD = "block_device_mapping_v2"


def refused(cloud: Cloud, *devices: Any, version: str = NEWEST, **more: Any) -> str:
    wanted = {"imageRef": "", FIELD: list(devices)} | more
    body = cloud.body(**wanted)
    answer = cloud.call("POST", SERVERS, body, version=version, status=400)
    said: str = answer.json["badRequest"]["message"]
    return said


def device(source: str, destination: str = "volume", **more: Any) -> dict[str, Any]:
    return {"source_type": source, "destination_type": destination, **more}


def volume(cloud: Cloud, token: str = "member") -> str:
    body = {"volume": {"size": 1}}
    made: str = cloud.call("POST", VOLUMES, body, token=token, status=202).json["volume"]["id"]
    return made


def attached(cloud: Cloud, server_id: str) -> list[dict[str, Any]]:
    url = f"{SERVERS}/{server_id}/os-volume_attachments"
    found: list[dict[str, Any]] = cloud.call("GET", url, version=NEWEST).json["volumeAttachments"]
    return found


def test_a_server_boots_from_an_image_on_a_volume(each_cloud: Cloud) -> None:
    root = device(
        "image", uuid=each_cloud.image, boot_index="0", volume_size=1, delete_on_termination=True
    )
    made = each_cloud.create(imageRef="", block_device_mapping_v2=[root])
    shown = each_cloud.show(made["id"], token="admin")
    assert (shown["image"], shown["status"]) == ("", "BUILD")
    assert shown["OS-EXT-SRV-ATTR:root_device_name"] == "/dev/vda"
    (one,) = attached(each_cloud, made["id"])
    assert (one["device"], one["delete_on_termination"]) == ("/dev/vda", True)
    row = each_cloud.call("GET", f"{VOLUMES}/{one['volumeId']}", status=200).json["volume"]
    assert (row["bootable"], row["size"]) == ("true", 1)
    assert row["volume_image_metadata"]["image_id"] == each_cloud.image


def test_further_volumes_and_former_words(cloud: Cloud) -> None:
    local = device("image", "local", uuid=cloud.image, boot_index=0)
    more = device("blank", volume_size=2, tag="logs", volume_type="__DEFAULT__", boot_index=-1)
    made = cloud.create(block_device_mapping_v2=[local, more])
    (one,) = attached(cloud, made["id"])
    assert (one["device"], one["tag"]) == ("/dev/vdb", "logs")
    volume_id = volume(cloud)
    former = [{"volume_id": volume_id, "device_name": "vdb", "delete_on_termination": "1"}]
    made = cloud.create(block_device_mapping=former)
    (one,) = attached(cloud, made["id"])
    assert (one["volumeId"], one["delete_on_termination"]) == (volume_id, True)
    shown = cloud.call("GET", f"{VOLUMES}/{volume_id}", status=200).json["volume"]
    assert shown["status"] in {"attaching", "reserved"}


@pytest.mark.parametrize(
    ("devices", "said"),
    [
        ([], "imageRef"),
        ([device("blank", volume_size=1)], "Boot sequence"),
        ([device("blank", volume_size=0, boot_index=0)], "non-zero size"),
        ([device("blank", "local", boot_index=0)], "use destination_type volume"),
        ([device("image", boot_index=0, volume_size=1)], "Missing device UUID"),
        ([device("image", boot_index=0, volume_size=1, uuid="nope")], "Image nope"),
        ([device("volume", boot_index=0, uuid="nope")], "failed to get volume nope"),
        ([device("snapshot", boot_index=0, uuid="nope")], "failed to get snapshot nope"),
        ([device("tape", boot_index=0)], "source_type"),
        ([device("blank", boot_index="first", volume_size=1)], "boot_index"),
        ([device("blank", boot_index=0, volume_size=-1)], "volume_size"),
        ([device("blank", boot_index=0, volume_size=1, volume_type="x")], "Volume type x"),
        ([device("blank", boot_index=0, volume_size=1, disk_bus="floppy")], "disk_bus"),
        ([device("blank", boot_index=0, volume_size=1, device_type="cdrom")], "device_type"),
        ([device("blank", boot_index=0, volume_size=1, colour="red")], "colour"),
        (["x"], FIELD),
    ],
)
def test_what_is_refused_names_what_is_wrong(cloud: Cloud, devices: list[Any], said: str) -> None:
    assert said in refused(cloud, *devices)
    assert cloud.listed() == []
    assert cloud.call("GET", VOLUMES, status=200).json["volumes"] == []


def test_versions_and_both_forms_at_once(cloud: Cloud) -> None:
    root = device("blank", boot_index=0, volume_size=1)
    assert "volume_type" in refused(cloud, root | {"volume_type": "x"}, version="2.66")
    assert "tag" in refused(cloud, root | {"tag": "x"}, version="2.41")
    both = refused(cloud, root, block_device_mapping=[{"volume_id": volume(cloud)}])
    assert "different block_device_mapping syntaxes" in both
    assert "volume_id or snapshot_id" in refused(cloud, block_device_mapping=[{}])


def test_what_is_anothers_looks_like_nothing(cloud: Cloud) -> None:
    theirs = volume(cloud, "other")
    said = [
        refused(cloud, device("volume", uuid=each, boot_index=0)) for each in (theirs, "0" * 36)
    ]
    assert said[0].replace(theirs, "") == said[1].replace("0" * 36, "")
    body = cloud.body(imageRef="", **{FIELD: [device("volume", uuid=theirs, boot_index=0)]})
    cloud.call("POST", SERVERS, body, token="admin", version=NEWEST, status=400)


def test_a_volume_is_for_one_server(cloud: Cloud) -> None:
    mine = volume(cloud)
    blank = refused(cloud, device("volume", uuid=mine, boot_index=0))
    assert "is not bootable" in blank
    local = device("image", "local", uuid=cloud.image, boot_index=0)
    two = refused(
        cloud, local, device("volume", uuid=mine), imageRef=cloud.image, min_count=2, max_count=2
    )
    assert "multiple instances" in two
    cloud.create(block_device_mapping_v2=[local, device("volume", uuid=mine)])
    taken = refused(cloud, local, device("volume", uuid=mine), imageRef=cloud.image)
    assert "must be 'available'" in taken
