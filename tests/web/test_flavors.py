"""/flavors: lists, each microversion's body, who sees and changes what."""

from typing import Any

import pytest

from cyclades.domain.model.flavor import Flavor
from tests.harness.api import PROJECT, Client
from tests.web.golden import differences, exchange

BASE = "/compute/v2.1/flavors"
GOLDEN = "GET /compute/v2.1/flavors"
WANTED = {"name": "f", "ram": 64, "vcpus": 1, "disk": 0}


@pytest.fixture
def stocked(api: Client, application: Any) -> Client:
    """With the default flavors, and a private one."""
    with application.transaction() as unit:
        unit.flavors.ensure_default_flavors()
        unit.flavors.ensure_default_flavors()
        unit.flavors.create(Flavor("p", "private", 1, 1, 1, is_public=False))
    return api


def names(api: Client, query: str = "", **call: Any) -> list[str]:
    rows = api.call("GET", f"{BASE}{query}", status=200, **call).json["flavors"]
    return [row["name"] for row in rows]


@pytest.mark.parametrize(
    ("path", "version"),
    [
        ("", "2.1"),
        ("/detail", "2.61"),
        ("/detail", "2.15"),
        ("/detail", ""),
        ("/1", "2.61"),
        ("/1", "2.1"),
        ("/1/os-extra_specs", ""),
    ],
)
def test_their_shape(stocked: Client, path: str, version: str) -> None:
    answer = stocked.call("GET", BASE + path, version=version or None, status=200)
    theirs = exchange(GOLDEN + path.replace("/1", "/{id}"), version=version).answer
    assert differences(theirs, answer.json) == []


@pytest.mark.parametrize(
    ("version", "swap", "there", "gone"),
    [
        ("2.54", "", set(), {"description", "extra_specs"}),
        ("2.55", "", {"description"}, {"extra_specs"}),
        ("2.61", "", {"description", "extra_specs"}, set()),
        ("2.74", "", {"description", "extra_specs"}, set()),
        ("2.75", 0, {"description", "extra_specs"}, set()),
    ],
)
def test_bodies_by_microversion(
    stocked: Client, version: str, swap: Any, there: set[str], gone: set[str]
) -> None:
    shown = stocked.call("GET", f"{BASE}/1", version=version).json["flavor"]
    assert shown["swap"] == swap
    assert there <= set(shown)
    assert not gone & set(shown)
    brief = stocked.call("GET", BASE, version=version).json["flavors"][0]
    assert set(brief) == {"id", "name", "links"} | (there & {"description"})


def test_names_are_not_ids(stocked: Client) -> None:
    recorded = exchange(f"{GOLDEN}/{{name}}", version="2.61", status=404)
    answer = stocked.call("GET", f"{BASE}/m1.tiny", status=404).json
    assert answer == recorded.answer or differences(recorded.answer, answer) == []


@pytest.mark.parametrize(
    ("query", "token", "private", "public"),
    [
        ("", "member", False, True),
        ("?is_public=None", "member", False, True),
        ("?is_public=False", "member", False, True),
        ("", "admin", False, True),
        ("?is_public=None", "admin", True, True),
        ("?is_public=none", "admin", True, True),
        ("?is_public=False", "admin", True, False),
        ("?is_public=true", "admin", False, True),
    ],
)
def test_private_flavors_in_lists(
    stocked: Client, query: str, token: str, private: bool, public: bool
) -> None:
    for path in ("", "/detail"):
        found = names(stocked, path + query, token=token)
        assert ("private" in found, "m1.tiny" in found) == (private, public)


def test_a_private_flavor_is_missing_until_it_is_given(stocked: Client) -> None:
    foreign = stocked.call("GET", f"{BASE}/p", status=404).json
    missing = stocked.call("GET", f"{BASE}/q", status=404).json
    assert str(foreign) == str(missing).replace("Flavor q", "Flavor p")
    stocked.call("GET", f"{BASE}/p/os-extra_specs", status=404)
    give = {"addTenantAccess": {"tenant": PROJECT}}
    given = stocked.call("POST", f"{BASE}/p/action", give, token="admin", status=200).json
    assert given == {"flavor_access": [{"flavor_id": "p", "tenant_id": PROJECT}]}
    listed = stocked.call("GET", f"{BASE}/p/os-flavor-access", token="admin", status=200)
    assert listed.json == given
    stocked.call("GET", f"{BASE}/p", status=200)
    stocked.call("GET", f"{BASE}/p", token="other", status=404)
    assert "private" in names(stocked)
    stocked.call("POST", f"{BASE}/p/action", give, token="admin", status=409)
    take = {"removeTenantAccess": {"tenant": PROJECT}}
    taken = stocked.call("POST", f"{BASE}/p/action", take, token="admin", status=200)
    assert taken.json == {"flavor_access": []}
    stocked.call("POST", f"{BASE}/p/action", take, token="admin", status=404)
    stocked.call("GET", f"{BASE}/p", status=404)


def test_public_flavors_have_no_access_list(stocked: Client) -> None:
    give = {"addTenantAccess": {"tenant": PROJECT}}
    stocked.call("POST", f"{BASE}/1/action", give, token="admin", status=409)
    stocked.call("GET", f"{BASE}/1/os-flavor-access", token="admin", status=404)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?minRam=8192", ["m1.large", "m1.xlarge"]),
        ("?minDisk=40&minRam=1", ["m1.large", "m1.xlarge"]),
        ("?sort_key=memory_mb&sort_dir=desc&limit=2", ["m1.xlarge", "m1.large"]),
        ("?marker=3", ["m1.large", "m1.xlarge"]),
        ("?limit=0", []),
        ("?no_such=1&limit=1", ["m1.tiny"]),
    ],
)
def test_filters(stocked: Client, query: str, expected: list[str]) -> None:
    assert names(stocked, query) == expected
    assert names(stocked, "/detail" + query) == expected


@pytest.mark.parametrize("path", ["", "/detail"])
def test_pages_meet(stocked: Client, path: str) -> None:
    seen, here = [], f"{BASE}{path}?limit=2&sort_key=name&is_public=None"
    while here:
        page = stocked.call("GET", here, token="admin", status=200).json
        seen += [row["name"] for row in page["flavors"]]
        links = page.get("flavors_links")
        here = links[0]["href"].removeprefix("http://localhost:80") if links else ""
    assert seen == sorted(["m1.tiny", "m1.small", "m1.medium", "m1.large", "m1.xlarge", "private"])


@pytest.mark.parametrize(
    "query",
    [
        "minRam=x",
        "minDisk=-1",
        "sort_key=zz",
        "sort_dir=up",
        "marker=zz",
        "is_public=maybe",
        "limit=-1",
        "limit=x",
        "no_such=1",
    ],
)
def test_bad_queries_are_400(stocked: Client, query: str) -> None:
    for path in ("", "/detail"):
        stocked.call("GET", f"{BASE}{path}?{query}", token="admin", version="2.75", status=400)


def test_created_in_their_shape(each_api: Client) -> None:
    recorded = exchange("POST /compute/v2.1/flavors", version="2.61")
    made = each_api.call("POST", BASE, recorded.body, token="admin", version="2.61", status=200)
    assert differences(recorded.answer, made.json) == []
    shown = each_api.call("GET", f"{BASE}/{made.json['flavor']['id']}", version="2.61").json
    assert shown == made.json


@pytest.mark.parametrize("given", [None, "auto", "", "abc", 17, "a.b_c-d e"])
def test_ids_are_chosen_or_given(api: Client, given: Any) -> None:
    body = {"flavor": WANTED | {"id": given}}
    made = api.call("POST", BASE, body, token="admin", status=200).json["flavor"]["id"]
    assert made == str(given) if given not in (None, "auto", "") else len(made) == 36


@pytest.mark.parametrize(
    "change",
    [
        {"name": ""},
        {"name": " f"},
        {"name": "f\n"},
        {"name": "f" * 256},
        {"name": None},
        {"ram": 0},
        {"ram": "much"},
        {"ram": True},
        {"vcpus": -1},
        {"vcpus": 2**31},
        {"disk": -1},
        {"disk": 1.5},
        {"swap": None},
        {"rxtx_factor": "x"},
        {"rxtx_factor": -1},
        {"os-flavor-access:is_public": "maybe"},
        {"id": " 1"},
        {"id": "a/b"},
        {"id": []},
        {"more": 1},
        {"description": "not before 2.55"},
    ],
)
def test_bad_flavors_are_400_and_not_kept(api: Client, change: dict[str, Any]) -> None:
    body = {"flavor": WANTED | change}
    answer = api.call("POST", BASE, body, token="admin", status=400)
    assert next(iter(change)) in answer.json["badRequest"]["message"]
    assert names(api, token="admin") == []


def test_ids_and_names_are_taken_once(each_api: Client) -> None:
    body = {"flavor": WANTED | {"id": "1"}}
    each_api.call("POST", BASE, body, token="admin", status=200)
    for twin in ({"id": "2"}, {"name": "g"}):
        body = {"flavor": WANTED | {"id": "1"} | twin}
        each_api.call("POST", BASE, body, token="admin", status=409)


def test_descriptions_change_since_2_55(stocked: Client) -> None:
    body = {"flavor": {"description": "small"}}
    stocked.call("PUT", f"{BASE}/1", body, token="admin", version="2.54", status=404)
    changed = stocked.call("PUT", f"{BASE}/1", body, token="admin", version="2.55", status=200)
    assert changed.json["flavor"]["description"] == "small"
    stocked.call("PUT", f"{BASE}/1", {"flavor": {}}, token="admin", version="2.55", status=400)
    stocked.call("PUT", f"{BASE}/q", body, token="admin", version="2.55", status=404)


def test_deleted_is_gone(stocked: Client) -> None:
    assert stocked.call("DELETE", f"{BASE}/1", token="admin", status=202).body == b""
    stocked.call("DELETE", f"{BASE}/1", token="admin", status=404)
    stocked.call("GET", f"{BASE}/1", status=404)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "", {"flavor": WANTED}),
        ("PUT", "/1", {"flavor": {"description": "x"}}),
        ("DELETE", "/1", None),
        ("GET", "/p/os-flavor-access", None),
        ("POST", "/p/action", {"addTenantAccess": {"tenant": PROJECT}}),
        ("POST", "/1/os-extra_specs", {"extra_specs": {"a": "b"}}),
        ("PUT", "/1/os-extra_specs/a", {"a": "b"}),
        ("DELETE", "/1/os-extra_specs/a", None),
    ],
)
def test_changing_is_for_administrators(stocked: Client, method: str, path: str, body: Any) -> None:
    for token in ("member", "reader", "other"):
        stocked.call(method, BASE + path, body, token=token, version="2.55", status=403)
