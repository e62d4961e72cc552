"""Volumes of servers, as compute clients and volume clients see and change them."""

from dataclasses import replace
from typing import Any

import pytest

from cyclades.bootstrap import Unit
from cyclades.domain.model.disk_task import DiskTask
from cyclades.domain.model.volume import Place
from tests.harness.compute import NEWEST, SERVERS, Cloud
from tests.web.compute.test_server_statements import counting
from tests.web.golden import differences, exchange

VOLUMES, ATTACHMENTS = "/volume/v3/volumes", "/volume/v3/attachments"
URL = "POST /compute/v2.1/servers/{id}/os-volume_attachments"


def url_of(server_id: str) -> str:
    return f"{SERVERS}/{server_id}/os-volume_attachments"


def volume(cloud: Cloud, token: str = "member", **more: Any) -> str:
    body = {"volume": {"size": 1, "name": "data"} | more}
    made: str = cloud.call("POST", VOLUMES, body, token=token, status=202).json["volume"]["id"]
    return made


def attach(cloud: Cloud, server_id: str, status: int = 200, **wanted: Any) -> Any:
    body = {"volumeAttachment": wanted}
    return cloud.call("POST", url_of(server_id), body, version=NEWEST, status=status).json


def settle(cloud: Cloud, volume_id: str) -> None:
    """As if the cluster had done all that was to be done to the volume's disk."""

    def verb(unit: Unit) -> None:
        found = unit.volume_rows.by_id(volume_id)
        assert found is not None
        task = unit.disk_task_rows.by_id(found.task_id or "")
        assert isinstance(task, DiskTask)
        unit.outbox.finish(task.effect_id or "", "done", None, unit.app.clock.now())
        unit.volume_rows.save(replace(found, place=Place.SERVER, cluster_id=task.cluster_id))
        unit.disk_tasks.endings[task.kind].succeed(task)
        unit.after_disk_task(task, None)

    cloud.application.atomically(verb)


@pytest.mark.parametrize(("version", "asked"), [("", None), ("2.89", "2.89")])
def test_answers_are_like_those_of_openstack(each_cloud: Cloud, version: str, asked: Any) -> None:
    url, volume_id = url_of(each_cloud.active()), volume(each_cloud)
    body = {"volumeAttachment": {"volumeId": volume_id, "device": None}}
    ours = each_cloud.call("POST", url, body, version=asked, status=200).json
    assert differences(exchange(URL, version=version).answer, ours) == []
    listed = each_cloud.call("GET", url, version=asked, status=200).json
    if version:
        theirs = exchange(URL.replace("POST", "GET"), version=version).answer
        assert differences(theirs, listed) == []
    one = each_cloud.call("GET", f"{url}/{volume_id}", version=asked, status=200).json
    assert one["volumeAttachment"] == listed["volumeAttachments"][0]
    settle(each_cloud, volume_id)
    gone = each_cloud.call("DELETE", f"{url}/{volume_id}", version=asked, status=202)
    assert gone.body == b""


FIELDS = {
    "2.1": {"id", "serverId", "volumeId", "device"},
    "2.70": {"id", "serverId", "volumeId", "device", "tag"},
    "2.79": {"id", "serverId", "volumeId", "device", "tag", "delete_on_termination"},
    "2.89": {
        *("serverId", "volumeId", "device", "tag", "delete_on_termination"),
        *("attachment_id", "bdm_uuid"),
    },
}


def test_fields_by_version(cloud: Cloud) -> None:
    server_id, volume_id = cloud.active(), volume(cloud)
    made = attach(cloud, server_id, volumeId=volume_id, tag="db", delete_on_termination=True)
    assert made["volumeAttachment"]["device"] == "/dev/vdb"
    for version, fields in FIELDS.items():
        shown = cloud.call("GET", url_of(server_id), version=version, status=200).json
        assert shown["volumeAttachments"][0].keys() == fields
    server = cloud.show(server_id)
    told = [{"id": volume_id, "delete_on_termination": True}]
    assert server["os-extended-volumes:volumes_attached"] == told
    old = cloud.show(server_id, version="2.1")
    assert old["os-extended-volumes:volumes_attached"] == [{"id": volume_id}]
    early = {"volumeAttachment": {"volumeId": volume_id, "tag": "x"}}
    cloud.call("POST", url_of(server_id), early, version="2.48", status=400)
    actions = cloud.call("GET", f"{SERVERS}/{server_id}/os-instance-actions", status=200).json
    assert actions["instanceActions"][0]["action"] == "attach_volume"


def test_a_volume_shows_where_it_is(cloud: Cloud) -> None:
    server_id, volume_id = cloud.active(), volume(cloud)
    attach(cloud, server_id, volumeId=volume_id)
    path = f"{VOLUMES}/{volume_id}"
    assert cloud.call("GET", path, status=200).json["volume"]["status"] == "attaching"
    settle(cloud, volume_id)
    shown = cloud.call("GET", path, status=200).json["volume"]
    assert (shown["status"], shown["attachments"][0]["server_id"]) == ("in-use", server_id)
    assert shown["attachments"][0]["device"] == "/dev/vdb"
    cloud.call("DELETE", path, status=400)


def test_what_goes_with_a_server_can_be_changed(cloud: Cloud) -> None:
    server_id, volume_id = cloud.active(), volume(cloud)
    attach(cloud, server_id, volumeId=volume_id)
    url = f"{url_of(server_id)}/{volume_id}"

    def put(status: int, version: str = NEWEST, **said: Any) -> None:
        body = {"volumeAttachment": {"volumeId": volume_id} | said}
        cloud.call("PUT", url, body, version=version, status=status)

    put(202, delete_on_termination=True, serverId=server_id, device="/dev/vdb", id=volume_id)
    shown = cloud.call("GET", url, version=NEWEST, status=200).json["volumeAttachment"]
    assert shown["delete_on_termination"] is True
    put(400, volumeId=volume(cloud))
    put(400, device="/dev/vdc")
    put(400, delete_on_termination="perhaps")
    put(400, version="2.84")
    cloud.call(
        "PUT", f"{url}x", {"volumeAttachment": {"volumeId": "x"}}, version=NEWEST, status=404
    )


@pytest.mark.parametrize(
    ("wanted", "status"),
    [
        ({}, 400),
        ({"volumeId": "nope"}, 404),
        ({"volumeId": 7}, 400),
        ({"volumeId": "x", "device": "sda"}, 400),
        ({"volumeId": "x", "tag": "a,b"}, 400),
        ({"volumeId": "x", "colour": "red"}, 400),
        ({"volumeId": "x", "delete_on_termination": "perhaps"}, 400),
    ],
)
def test_refusals(cloud: Cloud, wanted: dict[str, Any], status: int) -> None:
    attach(cloud, cloud.active(), status, **wanted)


def test_states_and_strangers(cloud: Cloud) -> None:
    server_id, mine, theirs = cloud.active(), volume(cloud), volume(cloud, "other")
    said = attach(cloud, server_id, 404, volumeId=theirs)["itemNotFound"]["message"]
    missing = attach(cloud, server_id, 404, volumeId="0" * 36)["itemNotFound"]["message"]
    assert said.replace(theirs, "") == missing.replace("0" * 36, "")
    attach(cloud, cloud.create()["id"], 409, volumeId=mine)
    attach(cloud, server_id, volumeId=mine)
    attach(cloud, server_id, 400, volumeId=mine)
    cloud.call("DELETE", f"{url_of(server_id)}/{mine}", status=400)
    cloud.call("DELETE", f"{url_of(server_id)}/{mine}", token="reader", status=403)
    settle(cloud, mine)
    cloud.change(server_id, locked=True)
    cloud.call("DELETE", f"{url_of(server_id)}/{mine}", status=409)


def test_the_volume_service_only_looks(cloud: Cloud) -> None:
    server_id, volume_id = cloud.active(), volume(cloud)
    attach(cloud, server_id, volumeId=volume_id)

    def get(path: str, status: int = 200, version: str = "3.44", token: str = "member") -> Any:
        return cloud.call(
            "GET", ATTACHMENTS + path, version=version, status=status, token=token
        ).json

    (short,) = get(f"?instance_id={server_id}")["attachments"]
    assert short.keys() == {"id", "status", "instance", "volume_id"}
    assert (short["instance"], short["volume_id"]) == (server_id, volume_id)
    assert get("?instance_id=nope")["attachments"] == []
    assert get("", token="other")["attachments"] == []
    (full,) = get("/detail")["attachments"]
    assert get(f"/{short['id']}")["attachment"] == full
    get(f"/{short['id']}", 404, token="other")
    get("", 404, version="3.26")
    one = f"{ATTACHMENTS}/{short['id']}"
    connector: dict[str, Any] = {"attachment": {"connector": {}}}
    wish = {"attachment": {"volume_uuid": volume_id, "instance_uuid": server_id}}
    for method, path, body in (
        ("POST", ATTACHMENTS, wish),
        ("PUT", one, connector),
        ("DELETE", one, None),
        ("POST", f"{one}/action", {"os-complete": None}),
    ):
        said = cloud.call(method, path, body, version="3.44", status=409).json
        assert "Compute API" in said["conflictingRequest"]["message"]
        foreign = cloud.call(method, path, body, version="3.44", token="other", status=404)
        assert "Compute" not in foreign.text
    cloud.call("POST", ATTACHMENTS, {"attachment": {}}, version="3.44", status=400)


def test_reading_takes_one_statement_however_many_there_are(each_cloud: Cloud) -> None:
    server_id = each_cloud.active()
    for _ in range(3):
        attach(each_cloud, server_id, volumeId=volume(each_cloud))
    for path in (url_of(server_id), f"{SERVERS}/detail", f"{SERVERS}/{server_id}", ATTACHMENTS):
        with counting(each_cloud) as statements:
            version = "3.44" if path == ATTACHMENTS else NEWEST
            each_cloud.call("GET", path, version=version, status=200)
        assert (path, len(statements)) == (path, 1)


def test_lists_are_cut_as_asked(cloud: Cloud) -> None:
    server_id = cloud.active()
    made = [volume(cloud) for _ in range(3)]
    for each in made:
        attach(cloud, server_id, volumeId=each)
    url = url_of(server_id)
    for query, found in (
        ("limit=1", made[:1]),
        ("limit=1&offset=1", made[1:2]),
        ("offset=1", made[1:]),
        ("offset=9&limit=2", []),
        ("limit=0", made),
    ):
        rows = cloud.call("GET", f"{url}?{query}", status=200).json["volumeAttachments"]
        assert [row["volumeId"] for row in rows] == found, query
    for query in ("limit=-1", "offset=x", "limit=99999999999"):
        cloud.call("GET", f"{url}?{query}", status=400)
    cloud.call("GET", f"{url}?colour=blue", version="2.74", status=200)
    cloud.call("GET", f"{url}?colour=blue", version="2.75", status=400)
