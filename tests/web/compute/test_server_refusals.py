"""What requests about servers are refused, and that nothing changes then."""

from typing import Any

import pytest

from tests.harness.api import Client
from tests.harness.compute import NEWEST, SERVERS, Cloud
from tests.web.image.making import make

NOWHERE = f"{SERVERS}/00000000-0000-4000-8000-000000000000"


BAD_FIELDS: list[dict[str, Any]] = [
    {"name": ""},
    {"name": " x"},
    {"name": "x" * 256},
    {"name": "a\nb"},
    {"name": "a\u200bb"},
    {"name": 12},
    {"name": None},
    {"name": ...},
    {"imageRef": ""},
    {"imageRef": ...},
    {"imageRef": -1},
    {"imageRef": "nope"},
    {"flavorRef": "nope"},
    {"flavorRef": ...},
    {"flavorRef": {}},
    {"networks": "some"},
    {"networks": [{}]},
    {"networks": [{"uuid": "nope"}]},
    {"networks": [{"port": "nope"}]},
    {"networks": [{"uuid": "nope", "colour": "red"}]},
    {"networks": {"uuid": "nope"}},
    {"networks": ["nope"]},
    {"key_name": "nope"},
    {"metadata": {"k": 1}},
    {"metadata": {"k": "v" * 256}},
    {"metadata": {"k" * 256: "v"}},
    {"metadata": {"": "v"}},
    {"metadata": {"ä": "v"}},
    {"metadata": []},
    {"tags": ["a,b"]},
    {"tags": ["a/b"]},
    {"tags": [""]},
    {"tags": ["x" * 61]},
    {"tags": [f"t{n}" for n in range(51)]},
    {"user_data": "not base64!"},
    {"user_data": "QUFB" * 20000},
    {"adminPass": "two\nlines"},
    {"adminPass": "\u00fc" * 128},
    {"min_count": 0},
    {"min_count": -1},
    {"max_count": "x"},
    {"max_count": 1.5},
    {"min_count": True},
    {"min_count": 3, "max_count": 2},
    {"min_count": 2**31},
    {"availability_zone": "mars"},
    {"config_drive": "perhaps"},
    {"accessIPv4": "1.1.1.1.1"},
    {"accessIPv4": "::1"},
    {"accessIPv6": "fe80::1%eth0"},
    {"OS-DCF:diskConfig": "SOMETIMES"},
    {"hostname": "-x"},
    {"hostname": "ä"},
    {"description": "d" * 256},
    {"security_groups": [{"name": "nope"}]},
    {"security_groups": [{}]},
    {"security_groups": "default"},
    {"block_device_mapping": [{"volume_id": "x"}]},
    {"block_device_mapping_v2": "x"},
    {"block_device_mapping_v2": [{"boot_index": []}]},
    {"colour": "red"},
    {"personality": []},
]


@pytest.mark.parametrize("fields", BAD_FIELDS, ids=lambda fields: str(fields)[:40])
def test_bad_fields_are_refused_and_change_nothing(cloud: Cloud, fields: dict[str, Any]) -> None:
    answer = cloud.call("POST", SERVERS, cloud.body(**fields), version=NEWEST)
    assert answer.status_int == 400, answer.text
    assert answer.json["badRequest"]["message"]
    assert cloud.listed("all_tenants=1", token="admin") == []
    limits = cloud.call("GET", "/compute/v2.1/limits", status=200).json["limits"]["absolute"]
    assert limits["totalInstancesUsed"] == 0


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"[]", 400),
        (b"null", 400),
        ({"server": None}, 400),
        ({"server": []}, 400),
        ({"serveur": {}}, 400),
        ({}, 400),
        (b'{"server": {"name": "a\\u0000b"}}', 400),
    ],
)
def test_what_is_no_request_for_a_server(cloud: Cloud, body: Any, status: int) -> None:
    for method, path in (("POST", SERVERS), ("PUT", NOWHERE)):
        assert cloud.call(method, path, body, version=NEWEST).status_int == status


PATHS: list[tuple[str, str, Any]] = [
    ("GET", "", None),
    ("PUT", "", {"server": {"name": "x"}}),
    ("DELETE", "", None),
    ("POST", "/action", {"os-stop": None}),
    ("POST", "/action", {"pause": None}),
    ("GET", "/metadata", None),
    ("POST", "/metadata", {"metadata": {"a": "b"}}),
    ("PUT", "/metadata", {"metadata": {"a": "b"}}),
    ("GET", "/metadata/k", None),
    ("PUT", "/metadata/k", {"meta": {"k": "b"}}),
    ("DELETE", "/metadata/k", None),
    ("GET", "/tags", None),
    ("PUT", "/tags", {"tags": []}),
    ("DELETE", "/tags", None),
    ("GET", "/tags/t", None),
    ("PUT", "/tags/t", None),
    ("DELETE", "/tags/t", None),
    ("GET", "/ips", None),
    ("GET", "/ips/public", None),
    ("GET", "/os-interface", None),
    ("GET", "/os-interface/x", None),
    ("GET", "/os-security-groups", None),
    ("GET", "/os-volume_attachments", None),
    ("GET", "/os-instance-actions", None),
    ("GET", "/os-instance-actions/req-x", None),
]


@pytest.mark.parametrize(("method", "path", "body"), PATHS)
def test_foreign_servers_look_like_missing_ones(
    cloud: Cloud, method: str, path: str, body: Any
) -> None:
    server_id = cloud.active(metadata={"k": "v"}, tags=["t"])
    before = cloud.show(server_id)
    foreign = cloud.call(
        method, f"{SERVERS}/{server_id}{path}", body, token="other", version=NEWEST, status=404
    )
    missing = cloud.call(method, f"{NOWHERE}{path}", body, version=NEWEST, status=404)
    odd = cloud.call(method, f"{SERVERS}/%F0%9F%A6%A9{path}", body, version=NEWEST, status=404)
    said = missing.text.replace(NOWHERE.rpartition("/")[2], server_id)
    assert foreign.text == said
    assert odd.json.keys() == {"itemNotFound"}
    assert cloud.show(server_id) == before


@pytest.mark.parametrize(("method", "path", "body"), [row for row in PATHS if row[0] != "GET"])
def test_readers_only_look(cloud: Cloud, method: str, path: str, body: Any) -> None:
    server_id = cloud.active(metadata={"k": "v"}, tags=["t"])
    url = f"{SERVERS}/{server_id}{path}"
    cloud.call(method, url, body, token="reader", version=NEWEST, status=403)
    cloud.call("POST", SERVERS, cloud.body(), token="reader", version=NEWEST, status=403)


def test_nobody_without_a_token_or_project(api: Client) -> None:
    for path in ("", "/detail", "/x"):
        api.call("GET", f"{SERVERS}{path}", token=None, status=401)
        api.call("GET", f"{SERVERS}{path}", token="unscoped", status=403)


def test_images_that_no_disk_can_be_made_from(cloud: Cloud) -> None:
    """At once: nodes could only say so later."""
    for disk_format in ("aki", "ari", "ploop"):
        image_id = make(cloud.api, b"data", disk_format=disk_format)
        body = cloud.body(imageRef=image_id)
        refused = cloud.call("POST", SERVERS, body, version=NEWEST, status=400).json
        assert f"the format {disk_format}" in refused["badRequest"]["message"]
