"""Backups over the API: of blank volumes, which cost no job."""

from typing import TYPE_CHECKING, Any

import pytest

from cyclades.domain.model.volume import Volume, VolumeStatus
from tests.harness.api import PROJECT, Client
from tests.web.volume.copying import BACKUPS, kept, snapshot_of, used

if TYPE_CHECKING:
    from cyclades.bootstrap import Application

BRIEF = {"id", "name", "links"}
PLAIN = BRIEF | {
    *("status", "size", "object_count", "availability_zone", "container", "created_at"),
    *("updated_at", "description", "fail_reason", "volume_id", "is_incremental"),
    *("has_dependent_backups", "snapshot_id", "data_timestamp"),
}
SINCE = (
    ("3.18", "os-backup-project-attr:project_id"),
    ("3.43", "metadata"),
    ("3.56", "user_id"),
)


@pytest.fixture
def volume(application: "Application") -> Volume:
    return kept(application, size=2, metadata={"k": "v"}, bootable=True)


def backup_of(api: Client, volume_id: str, **values: Any) -> dict[str, Any]:
    version = values.pop("version", "3.43")
    body = {"backup": {"volume_id": volume_id} | values}
    made = api.call("POST", BACKUPS, body, version=version, status=202)
    told: dict[str, Any] = made.json["backup"]
    return told


def test_what_a_backup_is(application: "Application", api: Client, volume: Volume) -> None:
    made = backup_of(api, volume.id, name="b", description="d", container="c", metadata={"a": "b"})
    assert set(made) == BRIEF
    path = f"{BACKUPS}/{made['id']}"
    shown = api.call("GET", path, version="3.0", status=200).json["backup"]
    assert set(shown) == PLAIN
    assert shown == shown | made | {
        "description": "d",
        "container": "c",
        "volume_id": volume.id,
        "size": 2,
        "status": "available",
        "fail_reason": None,
        "is_incremental": False,
        "object_count": 0,
    }
    fields = PLAIN
    for version, name in SINCE:
        fields = fields | {name}
        assert set(api.call("GET", path, version=version).json["backup"]) == fields
    for query, found in (("", BRIEF), ("/detail", fields)):
        answer = api.call("GET", f"{BACKUPS}{query}?with_count=1", version="3.60", status=200).json
        assert answer["count"] == 1
        assert set(answer["backups"][0]) == found
    assert used(application, "backups", "backup_gigabytes") == {
        "backups": 1,
        "backup_gigabytes": 2,
    }
    api.call("DELETE", path, status=202)
    assert used(application, "backups", "backup_gigabytes") == {
        "backups": 0,
        "backup_gigabytes": 0,
    }
    api.call("GET", path, status=404)


def test_what_can_be_changed(api: Client, volume: Volume) -> None:
    path = f"{BACKUPS}/{backup_of(api, volume.id)['id']}"
    body = {"backup": {"name": "n", "description": "d", "metadata": {"a": "b"}}}
    assert set(api.call("PUT", path, body, version="3.43", status=200).json["backup"]) == BRIEF
    shown = api.call("GET", path, version="3.43").json["backup"]
    assert (shown["name"], shown["description"], shown["metadata"]) == ("n", "d", {"a": "b"})
    api.call("PUT", path, {"backup": {"metadata": {}}}, version="3.42", status=400)
    api.call("PUT", path, body, version="3.8", status=404)


def test_of_what_there_can_be_none(application: "Application", api: Client, volume: Volume) -> None:
    in_use = kept(application, status=VolumeStatus.IN_USE)
    foreign = kept(application, project_id="b" * 32)
    another = snapshot_of(api, kept(application).id)["id"]
    for body, status in (
        ({"volume_id": "no"}, 404),
        ({"volume_id": foreign.id}, 404),
        ({}, 400),
        ({"volume_id": in_use.id}, 400),
        ({"volume_id": volume.id, "incremental": True}, 400),
        ({"volume_id": volume.id, "snapshot_id": "no"}, 404),
        ({"volume_id": volume.id, "snapshot_id": another}, 400),
    ):
        api.call("POST", BACKUPS, {"backup": body}, status=status)
    assert used(application, "backups") == {"backups": 0}


def test_quota(application: "Application", api: Client, volume: Volume) -> None:
    application.atomically(lambda unit: unit.quota.set_limits(PROJECT, {"backup_gigabytes": 1}))
    api.call("POST", BACKUPS, {"backup": {"volume_id": volume.id}}, status=413)


def test_lists(application: "Application", api: Client, volume: Volume) -> None:
    other = kept(application)
    snapshot = snapshot_of(api, volume.id)["id"]
    backup_of(api, volume.id, name="one")
    backup_of(api, volume.id, name="two", snapshot_id=snapshot)
    backup_of(api, other.id, name="three")
    for query, found in (
        ("", ["three", "two", "one"]),
        ("?sort=name:asc&limit=2", ["one", "three"]),
        ("?sort=name:asc&offset=2", ["two"]),
        (f"?volume_id={other.id}", ["three"]),
        ("?name=two&status=available", ["two"]),
        ("?name~=o", ["two", "one"]),
    ):
        answer = api.call("GET", f"{BACKUPS}{query}", version="3.34", status=200).json
        assert [each["name"] for each in answer["backups"]] == found, query
    for query, status in (("marker=no", 404), ("sort=colour", 400), ("limit=x", 400)):
        api.call("GET", f"{BACKUPS}?{query}", status=status)


def test_a_new_volume_begins_with_a_backup(
    application: "Application", api: Client, volume: Volume
) -> None:
    made = backup_of(api, volume.id)
    before = used(application, "volumes", "gigabytes")

    def asked(status: int, token: str = "member", version: str = "3.47", **wanted: Any) -> Any:
        body = {"volume": {"backup_id": made["id"]} | wanted}
        answer = api.call(
            "POST", "/volume/v3/volumes", body, token=token, version=version, status=status
        )
        return answer.json.get("volume")

    asked(400, version="3.46")
    asked(400, size=1)
    asked(400, source_volid=volume.id)
    asked(404, token="other", size=2)
    asked(404, backup_id="missing", size=2)
    assert used(application, "volumes", "gigabytes") == before
    first = asked(202, name="first", description="d")
    assert first == first | {"size": 2, "name": "first", "description": "d", "bootable": "true"}
    assert first["metadata"] == {"k": "v"}
    assert asked(202, size=3)["size"] == 3
    after = {"volumes": before["volumes"] + 2, "gigabytes": before["gigabytes"] + 5}
    assert used(application, "volumes", "gigabytes") == after
