"""/servers: made, shown, changed, deleted."""

from typing import Any

import pytest

from cyclades.domain.model.operation import Operation
from cyclades.domain.model.server_states import VmState
from tests.harness.compute import NEWEST, SERVERS, Cloud
from tests.web.golden import differences, exchange

BASE64 = "I2Nsb3VkLWNvbmZpZwo="


def test_one_is_promised_and_shown(each_cloud: Cloud) -> None:
    made = each_cloud.create(name="first")
    shown = each_cloud.show(made["id"])
    assert (shown["name"], shown["status"]) == ("first", "BUILD")
    listed = each_cloud.call("GET", f"{SERVERS}/detail", version="2.96", status=200).json
    assert [server["id"] for server in listed["servers"]] == [made["id"]]


# What a real cloud shows in the versions beyond ours.
NEWER = {"$.scheduler_hints is missing", "$.image.properties is missing"}


def own_words(body: dict[str, Any]) -> dict[str, Any]:
    """A server without what depends on it alone.

    Ports are made with the server here, so groups are shown earlier.
    """
    server = {**body["server"], "metadata": {}, "addresses": {}}
    server.pop("security_groups", None)
    return server


@pytest.mark.parametrize(("version", "asked"), [("", None), ("2.96", "2.96"), ("2.100", "2.96")])
def test_a_server_looks_as_in_openstack(cloud: Cloud, version: str, asked: str | None) -> None:
    server_id = cloud.create()["id"]
    theirs = exchange("GET /compute/v2.1/servers/{id}", version=version).answer
    ours = cloud.call("GET", f"{SERVERS}/{server_id}", version=asked, status=200).json
    assert set(differences(own_words(theirs), own_words(ours))) <= NEWER


@pytest.mark.parametrize(("version", "asked"), [("2.15", "2.15"), ("2.96", "2.96")])
def test_a_list_looks_as_in_openstack(cloud: Cloud, version: str, asked: str) -> None:
    cloud.active(metadata={"p1": "v1"})
    theirs = exchange("GET /compute/v2.1/servers/detail", version=version).answer["servers"][0]
    ours = cloud.call("GET", f"{SERVERS}/detail", version=asked, status=200).json["servers"][0]
    (network,) = theirs["addresses"].values()
    theirs["addresses"] = {"public": network}
    theirs["os-extended-volumes:volumes_attached"] = []
    assert differences(theirs, ours) == []


@pytest.mark.parametrize(("version", "asked"), [("", None), ("2.100", "2.96")])
def test_an_update_looks_as_in_openstack(cloud: Cloud, version: str, asked: str | None) -> None:
    server_id = cloud.active()
    theirs = exchange("PUT /compute/v2.1/servers/{id}", version=version).answer
    change = {"server": {"name": "x"}}
    ours = cloud.call("PUT", f"{SERVERS}/{server_id}", change, version=asked, status=200).json
    assert set(differences(own_words(theirs), own_words(ours))) <= NEWER
    assert ours["server"]["name"] == "x"
    entries = ours["server"]["addresses"]["public"]
    assert ("OS-EXT-IPS:type" in entries[0]) == (version != "")


@pytest.mark.parametrize(("version", "asked"), [("", None), ("2.96", "2.96")])
def test_a_promise_looks_as_in_openstack(cloud: Cloud, version: str, asked: str | None) -> None:
    theirs = exchange("POST /compute/v2.1/servers", version=version, status=202).answer
    answer = cloud.call("POST", SERVERS, cloud.body(networks=[]), version=asked, status=202)
    assert differences(theirs, answer.json) == []
    assert answer.headers["Location"].endswith(f"/servers/{answer.json['server']['id']}")
    assert answer.json["server"]["security_groups"] == [{"name": "default"}]


def test_a_certificate_opens_no_account(cloud: Cloud) -> None:
    pair = {"keypair": {"name": "key", "type": "x509"}}
    cloud.call("POST", "/compute/v2.1/os-keypairs", pair, version="2.2", status=201)
    made = cloud.create(key_name="key")
    assert cloud.show(made["id"])["key_name"] == "key"
    with cloud.application.reader() as unit:
        assert unit.server_guests.repository.get(made["id"]).public_keys == {}


def test_everything_that_may_be_asked_for(cloud: Cloud) -> None:
    cloud.call("POST", "/compute/v2.1/os-keypairs", {"keypair": {"name": "key"}}, status=200)
    made = cloud.create(
        version="2.96",
        key_name="key",
        metadata={"role": "web"},
        tags=["blue", "blue", "a b"],
        user_data=BASE64,
        availability_zone="nova",
        adminPass="s3cret",
        config_drive="True",
        accessIPv4="192.0.2.7",
        accessIPv6="0000:0000:0000:0000:0000:babe:220.12.22.2",
        description="a desc",
        hostname="web-1",
        security_groups=[{"name": "default"}],
        networks=[{"uuid": cloud.network, "tag": "first"}],
        min_count=1,
        **{"OS-DCF:diskConfig": "AUTO"},
    )
    assert made["adminPass"] == "s3cret"
    shown = cloud.show(made["id"])
    expected = {
        "key_name": "key",
        "metadata": {"role": "web"},
        "tags": ["a b", "blue"],
        "pinned_availability_zone": "nova",
        "config_drive": "True",
        "accessIPv4": "192.0.2.7",
        "accessIPv6": "::babe:dc0c:1602",
        "description": "a desc",
        "OS-EXT-SRV-ATTR:hostname": "web-1",
        "OS-DCF:diskConfig": "AUTO",
        "security_groups": [{"name": "default"}],
    }
    assert {name: shown[name] for name in expected} == expected
    assert "s3cret" not in str(shown)


def test_several_at_once(cloud: Cloud) -> None:
    body = cloud.body(name="m", min_count=2, max_count="3", return_reservation_id=True)
    answer = cloud.call("POST", SERVERS, body, version=NEWEST, status=202).json
    assert answer.keys() == {"reservation_id"}
    query = f"reservation_id={answer['reservation_id']}&sort_key=display_name&sort_dir=asc"
    assert cloud.listed(query) == ["m-1", "m-2", "m-3"]


def test_networks_may_be_left_out_before_2_37(cloud: Cloud) -> None:
    body = cloud.body(networks=...)
    cloud.call("POST", SERVERS, body, version="2.36", status=202)
    refused = cloud.call("POST", SERVERS, body, version="2.37", status=400)
    assert "networks" in refused.json["badRequest"]["message"]


def test_the_image_may_be_repeated_as_a_block_device(cloud: Cloud) -> None:
    device = {
        "uuid": cloud.image,
        "boot_index": 0,
        "source_type": "image",
        "destination_type": "local",
        "delete_on_termination": True,
    }
    cloud.create(block_device_mapping_v2=[device])
    for other in ({"source_type": "volume"}, {"destination_type": "volume"}, {"uuid": "x"}):
        body = cloud.body(block_device_mapping_v2=[device | other])
        cloud.call("POST", SERVERS, body, version=NEWEST, status=400)


def test_files_are_for_old_versions(cloud: Cloud) -> None:
    file = {"path": "/etc/motd", "contents": BASE64}
    cloud.create(version="2.56", personality=[file])
    for personality, version, status in [
        ([file], "2.57", 400),
        ([file] * 6, "2.56", 403),
        ([{"path": "/big", "contents": "QUFB" * 4000}], "2.56", 403),
        ([{"path": "relative", "contents": BASE64}], "2.56", 400),
        ([{"path": "/../etc/passwd", "contents": BASE64}], "2.56", 400),
        ([{"path": "/etc/motd", "contents": "not base64!"}], "2.56", 400),
        ([{"path": "/etc/motd"}], "2.56", 400),
    ]:
        body = cloud.body(personality=personality)
        assert cloud.call("POST", SERVERS, body, version=version).status_int == status


def test_hints_are_passed_over_but_groups_are_refused(cloud: Cloud) -> None:
    hints: Any = {"os:scheduler_hints": {"different_host": ["x"]}}
    cloud.call("POST", SERVERS, cloud.body() | hints, version=NEWEST, status=202)
    hints = {"os:scheduler_hints": {"group": "x"}}
    cloud.call("POST", SERVERS, cloud.body() | hints, version=NEWEST, status=400)


def test_the_same_request_twice_is_one_server(each_cloud: Cloud) -> None:
    key = {"Idempotency-Key": "once"}
    first, again = (
        each_cloud.call("POST", SERVERS, each_cloud.body(), version=NEWEST, headers=key)
        for _ in range(2)
    )
    assert (first.status_int, again.status_int) == (202, 202)
    assert first.json == again.json
    assert again.headers["Location"] == first.headers["Location"]
    assert len(each_cloud.listed()) == 1


def test_updates(cloud: Cloud) -> None:
    path = f"{SERVERS}/{cloud.active()}"
    change = {"name": "ü b", "description": None, "accessIPv4": "192.0.2.9", "hostname": "h"}
    shown = cloud.call("PUT", path, {"server": change}, version=NEWEST, status=200).json["server"]
    assert (shown["name"], shown["accessIPv4"]) == ("ü b", "192.0.2.9")
    assert shown["OS-EXT-SRV-ATTR:hostname"] == "h"
    for bad in ({"name": ""}, {"name": "x" * 256}, {"status": "ACTIVE"}, {"accessIPv6": "x"}):
        cloud.call("PUT", path, {"server": bad}, version=NEWEST, status=400)
    # Fields are refused by the versions that have not heard of them.
    cloud.call("PUT", path, {"server": {"description": "d"}}, version="2.18", status=400)
    cloud.call("PUT", path, {"server": {"hostname": "d"}}, version="2.89", status=400)
    assert cloud.show(path.rpartition("/")[2])["name"] == "ü b"


def test_deleting(each_cloud: Cloud) -> None:
    waiting, built = each_cloud.create()["id"], each_cloud.active()
    for server_id in (waiting, built):
        each_cloud.call("DELETE", f"{SERVERS}/{server_id}", status=204)
    # What no cluster heard of is gone at once; the other one when its cluster says so.
    each_cloud.call("GET", f"{SERVERS}/{waiting}", status=404)
    assert each_cloud.show(built)["OS-EXT-STS:task_state"] == "deleting"
    each_cloud.done(built, Operation.REMOVE)
    answer = each_cloud.call("GET", f"{SERVERS}/{built}", status=404)
    assert answer.json["itemNotFound"]["message"] == f"Instance {built} could not be found."
    each_cloud.call("DELETE", f"{SERVERS}/{built}", status=404)


def test_a_failed_server_says_why(cloud: Cloud) -> None:
    server_id = cloud.create()["id"]

    def fail(unit: Any) -> None:
        server = unit.servers.by_id(server_id)
        server.fail(Operation.CREATE, server.effect_id, "The disk is full.", server.created)
        unit.servers.save(server, server.created)

    cloud.application.atomically(fail)
    shown = cloud.show(server_id, version="2.1")
    assert shown["status"] == "ERROR"
    assert (shown["fault"]["code"], shown["fault"]["message"]) == (500, "The disk is full.")
    assert shown["fault"]["created"].endswith("Z")
    assert "progress" not in shown


def test_what_only_administrators_see(cloud: Cloud) -> None:
    server_id = cloud.active()
    cloud.change(server_id, vm_state=VmState.ACTIVE)
    seen = {token: cloud.show(server_id, token=token) for token in ("member", "admin")}
    assert seen["admin"].keys() - seen["member"].keys() == {
        "host_status",
        *(
            f"OS-EXT-SRV-ATTR:{name}"
            for name in (
                *("host", "hypervisor_hostname", "instance_name", "reservation_id"),
                *("launch_index", "kernel_id", "ramdisk_id", "root_device_name", "user_data"),
            )
        ),
    }
    assert seen["admin"]["host_status"] == "UP"
