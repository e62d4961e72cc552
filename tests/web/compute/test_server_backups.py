"""createBackup: which requests are one, and where the backup is."""

from typing import Any

import pytest

from tests.harness.compute import NEWEST, SERVERS, Cloud

DAILY: dict[str, Any] = {"name": "backup", "backup_type": "daily", "rotation": 1}


def ask(cloud: Cloud, server_id: str, told: Any, **more: Any) -> Any:
    return cloud.call("POST", f"{SERVERS}/{server_id}/action", {"createBackup": told}, **more)


def test_it_is_an_image(cloud: Cloud) -> None:
    server_id = cloud.active()
    old = ask(cloud, server_id, DAILY | {"metadata": {"k": "v"}}, status=202)
    assert old.body == b""
    path, image_id = old.headers["Location"].rsplit("/", 1)
    assert path.endswith("/image/v2/images")
    shown = cloud.call("GET", f"/image/v2/images/{image_id}", status=200).json
    assert shown == shown | {
        "name": "backup",
        "status": "queued",
        "image_type": "backup",
        "backup_type": "daily",
        "instance_uuid": server_id,
        "k": "v",
    }
    refused = ask(cloud, server_id, DAILY, status=409).json["conflictingRequest"]["message"]
    assert refused.startswith("Cannot 'createBackup' instance")
    actions = cloud.call("GET", f"{SERVERS}/{server_id}/os-instance-actions", status=200).json
    assert actions["instanceActions"][0]["action"] == "createBackup"


def test_newer_clients_read_its_id(cloud: Cloud) -> None:
    kinds = {"name": "b", "backup_type": "", "rotation": "0"}
    answer = ask(cloud, cloud.active(), kinds, version=NEWEST, status=202)
    assert set(answer.json) == {"image_id"}
    assert "Location" not in answer.headers


@pytest.mark.parametrize(
    "wrong",
    [
        None,
        {},
        *({key: value for key, value in DAILY.items() if key != name} for name in DAILY),
        DAILY | {"rotation": -1},
        DAILY | {"rotation": 1.5},
        DAILY | {"rotation": None},
        DAILY | {"backup_type": 1},
        DAILY | {"name": ""},
        DAILY | {"metadata": {"k": 1}},
        DAILY | {"more": "x"},
    ],
    ids=str,
)
def test_what_is_none(cloud: Cloud, wrong: Any) -> None:
    ask(cloud, cloud.active(), wrong, status=400)
    images = cloud.call("GET", "/image/v2/images?name=backup", status=200).json["images"]
    assert images == []


def test_whose_it_is(cloud: Cloud) -> None:
    server_id = cloud.active()
    ask(cloud, server_id, DAILY, token="reader", status=403)
    ask(cloud, server_id, DAILY, token="other", status=404)
    ask(cloud, cloud.create()["id"], DAILY, status=409)
