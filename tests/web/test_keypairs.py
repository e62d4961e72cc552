"""/os-keypairs."""

from typing import Any

import pytest

from tests.harness.api import CALLERS, Client, client_of
from tests.web.golden import differences, exchange

BASE = "/compute/v2.1/os-keypairs"
ED25519 = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGJZI0eUt8XD8r4RVstsKep7Q2dXeWno7QQIdHRWnt8m me@here"


def add(api: Client, name: str) -> None:
    api.call("POST", BASE, {"keypair": {"name": name, "public_key": ED25519}}, status=200)


@pytest.mark.parametrize(("version", "status"), [("", 200), ("2.10", 201)])
def test_import_in_their_shape(api: Client, version: str, status: int) -> None:
    recorded = exchange(f"POST {BASE}", version=version, status=status)
    made = api.call("POST", BASE, recorded.body, version=version or None, status=status)
    assert differences(recorded.answer, made.json) == []


def test_their_fingerprint(api: Client) -> None:
    recorded = exchange(f"POST {BASE}", version="2.10", status=201)
    made = api.call("POST", BASE, recorded.body, version="2.10").json["keypair"]
    assert made["fingerprint"] == recorded.answer["keypair"]["fingerprint"]


@pytest.mark.parametrize("version", ["", "2.10"])
def test_shown_and_listed_in_their_shape(api: Client, version: str) -> None:
    add(api, "k")
    shown = api.call("GET", f"{BASE}/k", version=version or None, status=200)
    recorded = exchange(f"GET {BASE}/{{name}}", version=version)
    assert differences(recorded.answer, shown.json) == []
    listed = api.call("GET", BASE, version=version or None, status=200)
    assert differences(exchange(f"GET {BASE}", version=version).answer, listed.json) == []


@pytest.mark.parametrize(
    ("kind", "version", "status"), [("ssh", "2.1", 200), ("ssh", "2.91", 201), ("x509", "2.2", 201)]
)
def test_a_key_is_made_where_that_is_still_done(
    api: Client, kind: str, version: str, status: int
) -> None:
    body = {"name": "k"} | ({"type": kind} if version != "2.1" else {})
    made = api.call("POST", BASE, {"keypair": body}, version=version, status=status)
    assert made.json["keypair"]["private_key"].startswith("-----BEGIN")
    assert "private_key" not in api.call("GET", f"{BASE}/k").json["keypair"]


def test_none_is_made_since_2_92(api: Client) -> None:
    refused = api.call("POST", BASE, {"keypair": {"name": "k"}}, version="2.92", status=400)
    assert "public_key" in refused.json["badRequest"]["message"]


@pytest.mark.parametrize(("version", "status"), [("2.1", 202), ("2.2", 204)])
def test_delete(api: Client, version: str, status: int) -> None:
    add(api, "k")
    assert api.call("DELETE", f"{BASE}/k", version=version, status=status).body == b""
    api.call("DELETE", f"{BASE}/k", version=version, status=404)


def test_names_are_unique_for_a_user(each_api: Client) -> None:
    add(each_api, "k")
    body = {"keypair": {"name": "k", "public_key": ED25519}}
    twin = each_api.call("POST", BASE, body, version="2.10", status=409)
    recorded = exchange(f"POST {BASE}", version="2.10", status=409)
    assert differences(recorded.answer, twin.json) == []
    each_api.call("POST", BASE, body, token="other", status=200)


def test_others_do_not_see_it(api: Client) -> None:
    add(api, "k")
    missing = api.call("GET", f"{BASE}/nope", token="other", status=404).json
    foreign = api.call("GET", f"{BASE}/k", token="other", status=404).json
    assert str(missing).replace("nope", "k") == str(foreign)
    api.call("DELETE", f"{BASE}/k", token="other", status=404)
    assert api.call("GET", BASE, token="other").json == {"keypairs": []}


def test_another_user_may_be_named_since_2_10_by_administrators(api: Client) -> None:
    add(api, "k")
    query = f"{BASE}/k?user_id={CALLERS['member'].user_id}"
    api.call("GET", query, token="admin", version="2.10", status=200)
    api.call("GET", query, token="admin", version="2.9", status=404)
    api.call("GET", query, token="other", version="2.10", status=403)


def test_pages_since_2_35(each_api: Client) -> None:
    for name in "abcde":
        add(each_api, name)
    seen, path = [], f"{BASE}?limit=2"
    while path:
        page = each_api.call("GET", path, version="2.35", status=200).json
        seen += [row["keypair"]["name"] for row in page["keypairs"]]
        links = page.get("keypairs_links")
        path = links[0]["href"].removeprefix("http://localhost:80") if links else ""
    assert seen == list("abcde")
    assert len(each_api.call("GET", f"{BASE}?limit=2", version="2.34").json["keypairs"]) == 5
    each_api.call("GET", f"{BASE}?marker=nope", version="2.35", status=404)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"keypair": {}},
        {"keypair": {"name": ""}},
        {"keypair": {"name": " k"}},
        {"keypair": {"name": "k\u0000"}},
        {"keypair": {"name": "k/l"}},
        {"keypair": {"name": "k" * 256}},
        {"keypair": {"name": 7}},
        {"keypair": {"name": "k", "public_key": "no key"}},
        {"keypair": {"name": "k", "public_key": "ssh-rsa AAAA"}},
        {"keypair": {"name": "k", "public_key": "ssh-rsa \u00e9"}},
        {"keypair": {"name": "k", "public_key": f"{ED25519}\n{ED25519}"}},
        {"keypair": {"name": "k", "public_key": f"{ED25519}\a"}},
        {"keypair": {"name": "k", "public_key": 7}},
        {"keypair": {"name": "k", "type": "dsa"}},
        {"keypair": {"name": "k", "more": 1}},
    ],
)
def test_bad_input_is_400_and_keeps_nothing(api: Client, body: object) -> None:
    api.call("POST", BASE, body, version="2.10", status=400)
    assert api.call("GET", BASE).json == {"keypairs": []}


def test_there_are_not_too_many(application_maker: Any, sqlite_database_url: str) -> None:
    api = client_of(application_maker(sqlite_database_url, quota_key_pairs=1))
    add(api, "k")
    body = {"keypair": {"name": "l", "public_key": ED25519}}
    refused = api.call("POST", BASE, body, status=403).json
    assert refused["forbidden"]["message"] == "Quota exceeded, too many key pairs."
