"""Discovery: for everybody, with or without a trailing slash, in OpenStack's shapes."""

from typing import Any

import pytest

from tests.harness.api import Client, client_of
from tests.web.golden import differences, exchange

ROOTS = [
    ("/identity", 300),
    ("/identity/v3", 200),
    ("/compute", 200),
    ("/compute/v2", 200),
    ("/compute/v2.1", 200),
    ("/network", 200),
    ("/network/v2.0", 200),
    ("/image", 300),
    ("/volume", 300),
    ("/volume/v3", 200),
]


@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize(("path", "status"), ROOTS)
def test_without_a_token_and_in_their_shape(
    api: Client, path: str, status: int, slash: str
) -> None:
    answer = api.call("GET", path + slash, token=None, status=status)
    theirs = exchange(f"GET {path}", status=status).answer
    assert differences(theirs, answer.json) == []
    assert answer.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize("path", ["/", "/image/versions", *(path for path, _ in ROOTS)])
def test_head_is_allowed_where_get_is(api: Client, path: str) -> None:
    assert api.call("HEAD", path, token=None).body == b""


def hrefs(document: Any) -> list[str]:
    if isinstance(document, dict):
        found = [document["href"]] if "href" in document else []
        return found + [href for value in document.values() for href in hrefs(value)]
    if isinstance(document, list):
        return [href for value in document for href in hrefs(value)]
    return []


@pytest.mark.parametrize("path", ["/", *(path for path, _ in ROOTS)])
def test_links_are_absolute_and_honour_the_proxy(api: Client, path: str) -> None:
    proxy = {
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": "cloud.example.org",
        "X-Forwarded-Prefix": "/api",
    }
    found = hrefs(api.call("GET", path, token=None, headers=proxy).json)
    ours = [href for href in found if "docs.openstack.org" not in href]
    assert ours
    assert all(href.startswith("https://cloud.example.org/api/") for href in ours), ours


def test_a_configured_public_url_wins(application_maker: Any, sqlite_database_url: str) -> None:
    api = client_of(application_maker(sqlite_database_url, public_url="https://public/x/"))
    found = hrefs(api.call("GET", "/compute/v2.1", token=None).json)
    assert found[0] == "https://public/x/compute/v2.1/"


def test_claims(api: Client) -> None:
    compute = api.call("GET", "/compute/v2.1", token=None).json["version"]
    assert (compute["min_version"], compute["version"]) == ("2.1", "2.96")
    (volume,) = api.call("GET", "/volume/v3", token=None).json["versions"]
    assert (volume["min_version"], volume["version"]) == ("3.0", "3.71")


def test_each_listed_compute_version_answers_with_the_same_link(api: Client) -> None:
    listed = api.call("GET", "/compute", token=None).json["versions"]
    assert [version["id"] for version in listed] == ["v2.0", "v2.1"]
    for version in listed:
        path = version["links"][0]["href"].removeprefix("http://localhost:80")
        shown = api.call("GET", path, token=None, status=200).json["version"]
        assert shown["links"][0] == version["links"][0]


def test_the_legacy_compute_api_ignores_microversions(api: Client) -> None:
    answer = api.call("GET", "/compute/v2/os-keypairs", version="9.9", status=200)
    assert "OpenStack-API-Version" not in answer.headers


def test_exactly_one_image_version_is_current(api: Client) -> None:
    versions = api.call("GET", "/image/versions", token=None, status=200).json["versions"]
    assert [version["status"] for version in versions].count("CURRENT") == 1


def test_the_root_names_every_service(api: Client) -> None:
    services = api.call("GET", "/", token=None, status=200).json["services"]
    assert {service["type"] for service in services} == {
        "identity",
        "compute",
        "network",
        "image",
        "block-storage",
    }
