"""Metadata and tags of servers."""

from typing import Any

import pytest

from tests.harness.compute import NEWEST, SERVERS, Cloud
from tests.web.golden import differences, exchange


@pytest.fixture
def url(cloud: Cloud) -> str:
    return f"{SERVERS}/{cloud.active(metadata={'k': 'v'}, tags=['red'])}"


def test_metadata(cloud: Cloud, url: str) -> None:
    path = f"{url}/metadata"
    added = cloud.call("POST", path, {"metadata": {"x": "ü"}}, status=200).json
    assert added == {"metadata": {"k": "v", "x": "ü"}}
    assert cloud.call("GET", f"{path}/k", status=200).json == {"meta": {"k": "v"}}
    one = {"meta": {"k": "w"}}
    assert cloud.call("PUT", f"{path}/k", one, status=200).json == one
    cloud.call("DELETE", f"{path}/x", status=204)
    assert cloud.call("GET", path, status=200).json == {"metadata": {"k": "w"}}
    assert cloud.call("PUT", path, {"metadata": {"n": ""}}, status=200).json == {
        "metadata": {"n": ""}
    }
    for method in ("GET", "DELETE"):
        cloud.call(method, f"{path}/x", status=404)


BAD_METADATA: list[tuple[str, str, Any]] = [
    ("POST", "", {"metadata": {"": "v"}}),
    ("POST", "", {"metadata": {"k": None}}),
    ("POST", "", {"metadata": None}),
    ("POST", "", {"metadata": {}, "x": 1}),
    ("POST", "", {"meta": {"k": "v"}}),
    ("PUT", "", {"metadata": {"k" * 256: "v"}}),
    ("PUT", "", {"metadata": {"k": "v" * 256}}),
    ("PUT", "/k", {"meta": {"other": "v"}}),
    ("PUT", "/k", {"meta": {"k": "v", "l": "v"}}),
    ("PUT", "/k", {"meta": {}}),
    ("PUT", "/k", {"metadata": {"k": "v"}}),
    ("PUT", "/k", {"meta": {"k": 1}}),
]


@pytest.mark.parametrize(("method", "path", "body"), BAD_METADATA)
def test_bad_metadata(cloud: Cloud, url: str, method: str, path: str, body: Any) -> None:
    cloud.call(method, f"{url}/metadata{path}", body, status=400)
    assert cloud.call("GET", f"{url}/metadata", status=200).json == {"metadata": {"k": "v"}}


def test_metadata_has_a_quota(cloud: Cloud, url: str) -> None:
    many = {"metadata": {f"k{number}": "v" for number in range(129)}}
    cloud.call("PUT", f"{url}/metadata", many, status=403)
    cloud.call("POST", SERVERS, cloud.body(**many), version=NEWEST, status=403)


def test_tags(cloud: Cloud, url: str) -> None:
    def call(method: str, path: str, body: Any = None, *, status: int) -> Any:
        return cloud.call(method, f"{url}/tags{path}", body, version="2.26", status=status)

    made = call("PUT", "/dark%20blue", status=201)
    assert made.headers["Location"].endswith("/tags/dark%20blue")
    call("PUT", "/dark%20blue", status=204)
    call("PUT", "/%0d%0aX:%20y", status=201)
    assert call("GET", "", status=200).json == {"tags": ["\r\nX: y", "dark blue", "red"]}
    call("GET", "/red", status=204)
    call("DELETE", "/red", status=204)
    call("DELETE", "/red", status=404)
    call("GET", "/red", status=404)
    assert call("PUT", "", {"tags": ["b", "a", "b"]}, status=200).json == {"tags": ["a", "b"]}
    call("PUT", "", {"tags": [f"t{number}" for number in range(50)]}, status=200)
    call("PUT", "/one-more", status=400)
    call("DELETE", "", status=204)
    assert call("GET", "", status=200).json == {"tags": []}
    refused = call("PUT", "", {"tags": None}, status=400)
    recorded = exchange("PUT /compute/v2.1/servers/{id}/tags", version="2.26", status=400)
    assert differences(recorded.answer, refused.json) == []
    several: list[Any] = [["a/b"], ["a,b"], [""], ["x" * 61], [1], "a", {}]
    for bad in several:
        call("PUT", "", {"tags": bad}, status=400)
    for bad_name in ("a,b", "x" * 61):
        call("PUT", f"/{bad_name}", status=400)


def test_tags_came_with_2_26(cloud: Cloud, url: str) -> None:
    cloud.call("GET", f"{url}/tags", version="2.25", status=404)
    cloud.call("PUT", f"{url}/tags/a", version="2.25", status=404)
