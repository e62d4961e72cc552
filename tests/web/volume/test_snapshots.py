"""Snapshots over the API: blank volumes, which cost no job."""

from typing import TYPE_CHECKING, Any

import pytest

from cyclades.domain.model.volume import Volume, VolumeStatus
from tests.harness.api import PROJECT, Client
from tests.web.volume.copying import SNAPSHOTS, kept, snapshot_of, used

if TYPE_CHECKING:
    from cyclades.bootstrap import Application

DETAIL = f"{SNAPSHOTS}/detail"
PLAIN = {
    *("id", "created_at", "updated_at", "name", "description", "volume_id", "status", "size"),
    "metadata",
}
EXTENDED = {
    "os-extended-snapshot-attributes:project_id",
    "os-extended-snapshot-attributes:progress",
}
SINCE = (("3.14", "group_snapshot_id"), ("3.41", "user_id"))


@pytest.fixture
def volume(application: "Application") -> Volume:
    return kept(application, size=2, bootable=True, image_metadata={"os": "linux"})


def ids(api: Client, query: str, **more: Any) -> list[str]:
    answer = api.call("GET", f"{SNAPSHOTS}{query}", status=200, **more).json
    return [each["name"] for each in answer["snapshots"]]


def test_what_a_snapshot_is(application: "Application", api: Client, volume: Volume) -> None:
    made = snapshot_of(api, volume.id, name=" s ", description="d", metadata={"k": "v"})
    assert set(made) == PLAIN
    assert made == made | {
        "name": "s",
        "description": "d",
        "volume_id": volume.id,
        "size": 2,
        "status": "available",
        "metadata": {"k": "v"},
    }
    path = f"{SNAPSHOTS}/{made['id']}"
    assert api.call("GET", path, status=200).json["snapshot"] == made | {
        "os-extended-snapshot-attributes:project_id": PROJECT,
        "os-extended-snapshot-attributes:progress": "100%",
    }
    fields = PLAIN
    for version, name in SINCE:
        fields = fields | {name}
        shown = api.call("GET", path, version=version, status=200).json["snapshot"]
        assert set(shown) == fields | EXTENDED
    for query, found in (("", PLAIN), ("/detail", fields | EXTENDED)):
        (listed,) = api.call("GET", SNAPSHOTS + query, version="3.60").json["snapshots"]
        assert set(listed) == found
    assert used(application, "snapshots", "gigabytes") == {"snapshots": 1, "gigabytes": 4}
    api.call("DELETE", path, status=202)
    assert used(application, "snapshots", "gigabytes") == {"snapshots": 0, "gigabytes": 2}
    said = api.call("GET", path, status=404).json
    assert said == {
        "itemNotFound": {"code": 404, "message": f"Snapshot {made['id']} could not be found."}
    }


def test_what_can_be_changed(api: Client, volume: Volume) -> None:
    path = f"{SNAPSHOTS}/{snapshot_of(api, volume.id, name='s')['id']}"

    def changed(**values: Any) -> dict[str, Any]:
        sent = {"snapshot": values}
        told: dict[str, Any] = api.call("PUT", path, sent, status=200).json["snapshot"]
        return told

    assert set(changed(name="n")) == PLAIN
    assert changed(display_description="d")["description"] == "d"
    assert api.call("GET", path).json["snapshot"]["name"] == "n"
    api.call("PUT", path, {"snapshot": {}}, status=400)
    api.call("PUT", path, {"snapshot": {"name": "n" * 256}}, status=400)
    api.call("PUT", path, {"snapshot": {"name": "x"}}, token="reader", status=403)


def test_metadata(api: Client, volume: Volume) -> None:
    made = snapshot_of(api, volume.id, metadata={"a": "1"})
    path = f"{SNAPSHOTS}/{made['id']}/metadata"

    def call(method: str, key: str, body: Any = None, status: int = 200) -> Any:
        answer = api.call(method, path + key, body, status=status)
        return answer.json if answer.body else None

    assert call("GET", "") == {"metadata": {"a": "1"}}
    assert call("POST", "", {"metadata": {"b": "2"}}) == {"metadata": {"a": "1", "b": "2"}}
    assert call("PUT", "/b", {"meta": {"b": "3"}}) == {"meta": {"b": "3"}}
    assert call("GET", "/b") == {"meta": {"b": "3"}}
    assert call("DELETE", "/a") is None
    assert call("PUT", "", {"metadata": {"c": "4"}}) == {"metadata": {"c": "4"}}
    for method, key, body, status in (
        ("GET", "/no", None, 404),
        ("DELETE", "/no", None, 404),
        ("PUT", "/c", {"meta": {"d": "4"}}, 400),
        ("PUT", "/c", {"meta": {"c": 4}}, 400),
        ("POST", "", {"metadata": {"": "x"}}, 400),
        ("POST", "", {"metadata": {"k": "x" * 256}}, 400),
        ("POST", "", {"metadata": None}, 400),
    ):
        call(method, key, body, status)
    assert call("GET", "") == {"metadata": {"c": "4"}}


def test_of_what_there_can_be_none(application: "Application", api: Client) -> None:
    in_use = kept(application, status=VolumeStatus.IN_USE)
    foreign = kept(application, project_id="b" * 32)
    for body, status in (
        ({"volume_id": None}, 404),
        ({"volume_id": "no"}, 404),
        ({"volume_id": foreign.id}, 404),
        ({}, 400),
        ({"volume_id": in_use.id}, 400),
        ({"volume_id": in_use.id, "force": "maybe"}, 400),
        ({"volume_id": in_use.id, "force": True, "metadata": {"k": 1}}, 400),
    ):
        api.call("POST", SNAPSHOTS, {"snapshot": body}, status=status)
    for status_now in (VolumeStatus.ERROR, VolumeStatus.CREATING, VolumeStatus.DELETING):
        broken = kept(application, status=status_now)
        sent = {"snapshot": {"volume_id": broken.id, "force": True}}
        said = api.call("POST", SNAPSHOTS, sent, status=400).json["badRequest"]["message"]
        assert f"current status is: {status_now}" in said
    assert used(application, "snapshots") == {"snapshots": 0}


def test_quota(application: "Application", api: Client, volume: Volume) -> None:
    application.atomically(lambda unit: unit.quota.set_limits(PROJECT, {"snapshots": 1}))
    snapshot_of(api, volume.id)
    body = {"snapshot": {"volume_id": volume.id}}
    answer = api.call("POST", SNAPSHOTS, body, status=413)
    assert answer.json["overLimit"]["code"] == 413
    assert answer.headers["Retry-After"] == "0"


def test_lists(application: "Application", api: Client, volume: Volume) -> None:
    other = kept(application)
    for name, source, metadata in (
        ("one", volume, {"k": "v"}),
        ("two", volume, {}),
        ("three", other, {"k": "w"}),
    ):
        snapshot_of(api, source.id, name=name, metadata=metadata)
    for query, found in (
        ("", ["three", "two", "one"]),
        ("/detail?sort=name", ["two", "three", "one"]),
        ("?sort=name:asc", ["one", "three", "two"]),
        ("?sort_key=name&sort_dir=asc&limit=2", ["one", "three"]),
        ("?sort=name:asc&offset=1", ["three", "two"]),
        ("?limit=0", []),
        (f"?volume_id={other.id}", ["three"]),
        ("?name=two&status=available", ["two"]),
        ("?status=error", []),
        ("?colour=blue", ["three", "two", "one"]),
    ):
        assert ids(api, query) == found, query
    assert ids(api, "?metadata={'k':'v'}", version="3.22") == ["one"]
    assert ids(api, "?name~=t", version="3.34") == ["three", "two"]
    assert ids(api, "", token="other") == []
    assert ids(api, "?all_tenants=1", token="other") == []
    assert ids(api, "?all_tenants=1&project_id=" + PROJECT, token="admin") == ids(api, "")


def test_pages_and_counts(api: Client, volume: Volume) -> None:
    for name in "abc":
        snapshot_of(api, volume.id, name=name)
    path = f"{SNAPSHOTS}?sort=name:asc&limit=2&offset=0"
    first = api.call("GET", f"{path}&with_count=true", version="3.45", status=200).json
    assert [each["name"] for each in first["snapshots"]] == ["a", "b"]
    assert first["count"] == 3
    (link,) = first["snapshots_links"]
    assert link["rel"] == "next"
    second = api.call("GET", link["href"].partition(":80")[2], version="3.45").json
    assert [each["name"] for each in second["snapshots"]] == ["c"]
    assert "snapshots_links" not in second
    assert "count" not in api.call("GET", f"{path}&with_count=true", version="3.44").json


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("limit=invalid", 400),
        ("limit=-1", 400),
        ("offset=x", 400),
        ("sort_key=invalid", 400),
        ("sort=name:up", 400),
        ("sort=name&sort_key=name", 400),
        ("marker=no", 404),
        ("all_tenants=maybe", 400),
        ("colour=blue", 400),
        ("metadata=x", 400),
        ("metadata={'k':1}", 400),
        ("with_count=maybe", 400),
    ],
)
def test_lists_that_mean_nothing(api: Client, query: str, status: int) -> None:
    api.call("GET", f"{DETAIL}?{query}", version="3.45", status=status)


@pytest.mark.parametrize(("said", "found"), [("true", ["s"]), ("0", [])])
def test_every_snapshot_counts(api: Client, volume: Volume, said: str, found: list[str]) -> None:
    snapshot_of(api, volume.id, name="s")
    assert ids(api, f"?consumes_quota={said}", version="3.65") == found
    assert ids(api, f"?consumes_quota={said}", version="3.30") == ["s"]
