"""Lists of servers: filters, order, pages."""

from typing import Any
from urllib.parse import urlencode

import pytest

from cyclades.domain.model.operation import Operation
from cyclades.domain.model.server_states import TaskState, VmState
from tests.harness.compute import NEWEST, SERVERS, Cloud

ONE_BY_ONE = "sort_key=display_name&sort_dir=asc"


@pytest.fixture
def three(each_cloud: Cloud) -> Cloud:
    """web-1 runs, web-2 is off and locked, db waits to be built."""
    cloud = each_cloud
    first = cloud.active(name="web-1", tags=["blue", "big"], metadata={"role": "web"})
    second = cloud.active(name="web-2", tags=["blue"], flavorRef="2", description="old one")
    cloud.create(name="db", tags=["red"], networks="none", availability_zone="nova")
    cloud.call("POST", f"{SERVERS}/{second}/action", {"os-stop": None}, status=202)
    cloud.done(second, Operation.STOP)
    cloud.change(second, locked=True)
    cloud.change(first, task_state=TaskState.REBOOTING)
    return cloud


FILTERS: list[tuple[dict[str, Any], list[str]]] = [
    ({}, ["db", "web-1", "web-2"]),
    ({"name": "web"}, ["web-1", "web-2"]),
    ({"name": "WEB-1"}, ["web-1"]),
    ({"name": "^web-[0-9]+$"}, ["web-1", "web-2"]),
    ({"name": "^.*-2$"}, ["web-2"]),
    ({"name": "b"}, ["db", "web-1", "web-2"]),
    ({"name": "b$"}, ["db"]),
    ({"name": "w.b"}, ["web-1", "web-2"]),
    ({"name": "w%b"}, []),
    ({"name": "w_b"}, []),
    ({"name": "(a+)+"}, []),
    ({"name": "["}, []),
    ({"name": "web\\-1"}, ["web-1"]),
    ({"name": "'; drop table servers"}, []),
    ({"status": "reboot"}, ["web-1"]),
    ({"status": "ACTIVE"}, []),
    ({"status": ["SHUTOFF", "BUILD"]}, ["db", "web-2"]),
    ({"status": "PAUSED"}, []),
    ({"flavor": "2"}, ["web-2"]),
    ({"flavor": "nope"}, []),
    ({"image": "nope"}, []),
    ({"ip": "203.0.113"}, ["web-1", "web-2"]),
    ({"ip6": "2001:db8:1:"}, ["web-1", "web-2"]),
    ({"ip": "2001"}, []),
    ({"tags": "blue"}, ["web-1", "web-2"]),
    ({"tags": "blue,big"}, ["web-1"]),
    ({"tags-any": "big,red"}, ["db", "web-1"]),
    ({"not-tags": "blue,big"}, ["db", "web-2"]),
    ({"not-tags-any": "big,red"}, ["web-2"]),
    ({"tags": "blu"}, []),
    ({"locked": "true"}, ["web-2"]),
    ({"locked": "false"}, ["db", "web-1"]),
    ({"vm_state": "stopped"}, ["web-2"]),
    ({"power_state": "1"}, ["web-1"]),
    ({"task_state": "rebooting"}, ["web-1"]),
    ({"description": "old"}, ["web-2"]),
    ({"user_id": "1" * 32}, ["db", "web-1", "web-2"]),
    ({"user_id": "nobody"}, []),
    ({"availability_zone": "nova"}, ["db", "web-1", "web-2"]),
    ({"changes-since": "2000-01-01T00:00:00Z"}, ["db", "web-1", "web-2"]),
    ({"changes-since": "2099-01-01T00:00:00"}, []),
    ({"changes-before": "2000-01-01T00:00:00+02:00"}, []),
    ({"name": "web", "flavor": "1", "tags": "big"}, ["web-1"]),
    # What only administrators may look for is passed over.
    ({"host": "nowhere", "deleted": "true"}, ["db", "web-1", "web-2"]),
]


def test_filters(three: Cloud) -> None:
    for query, names in FILTERS:
        asked = f"{urlencode(query, doseq=True)}&{ONE_BY_ONE}"
        assert (query, three.listed(asked)) == (query, names)
    assert three.listed("deleted=False", token="other") == []


ADMIN_FILTERS: list[tuple[dict[str, Any], list[str]]] = [
    ({"all_tenants": "1"}, ["db", "theirs", "web-1", "web-2"]),
    ({"all_tenants": ""}, ["db", "theirs", "web-1", "web-2"]),
    ({"all_tenants": "false"}, ["db", "web-1", "web-2"]),
    ({"all_tenants": "True", "project_id": "b" * 32}, ["theirs"]),
    ({"tenant_id": "b" * 32}, ["theirs"]),
    ({"host": "one"}, ["db", "web-1", "web-2"]),
    ({"node": "two"}, []),
    ({"deleted": "true"}, ["gone"]),
    ({"status": "deleted", "deleted": "true"}, ["gone"]),
]


def test_what_administrators_look_for(three: Cloud) -> None:
    three.create(name="theirs", token="other")
    gone = three.create(name="gone")["id"]
    three.call("DELETE", f"{SERVERS}/{gone}", status=204)
    for query, names in ADMIN_FILTERS:
        asked = f"{urlencode(query)}&{ONE_BY_ONE}"
        assert (query, three.listed(asked, token="admin")) == (query, names)
    assert three.listed(f"changes-since=2000-01-01&{ONE_BY_ONE}")[1] == "gone"
    for refused in ("all_tenants=1", "status=deleted"):
        three.call("GET", f"{SERVERS}?{refused}", version=NEWEST, status=403)


BAD_QUERIES = [
    ("limit=-1", "2.1"),
    ("limit=x", "2.1"),
    ("limit=1.5", "2.1"),
    ("marker=nope", "2.1"),
    ("changes-since=2011/01/01", "2.1"),
    ("changes-since=0001-01-01T00:00:00%2B14:00", "2.1"),
    ("sort_key=password", "2.1"),
    ("sort_dir=sideways", "2.1"),
    ("sort_key=uuid&sort_dir=asc&sort_dir=asc", "2.1"),
    ("name=a*b*c*d*e*", "2.1"),
    ("power_state=x", "2.1"),
    ("config_drive=x", "2.1"),
    ("tags=a//b", "2.26"),
    ("status=nope", "2.38"),
    ("changes-since=2030-01-01&changes-before=2020-01-01", "2.66"),
    ("locked=maybe", "2.73"),
    ("colour=red", "2.75"),
    ("name=%00", "2.1"),
    ("name=" + "x" * 256, "2.1"),
    ("&".join(["flavor=1"] * 51), "2.1"),
]


@pytest.mark.parametrize(("query", "version"), BAD_QUERIES)
def test_bad_queries(cloud: Cloud, query: str, version: str) -> None:
    for path in (SERVERS, f"{SERVERS}/detail"):
        answer = cloud.call("GET", f"{path}?{query}", version=version, status=400)
        assert answer.json["badRequest"]["message"]
    cloud.call("GET", f"{SERVERS}?all_tenants=x", token="admin", status=400)


def test_older_versions_pass_over_what_they_do_not_know(cloud: Cloud) -> None:
    cloud.create(name="web")
    for query, version in [
        ("status=nope", "2.37"),
        ("colour=red", "2.74"),
        ("tags=red", "2.25"),
        ("locked=true", "2.72"),
        ("changes-before=x", "2.65"),
    ]:
        names = [] if "nope" in query else ["web"]
        assert cloud.listed(query, version=version) == names


SORTS = [
    ("", ["c", "a", "b"]),
    ("sort_key=display_name", ["c", "b", "a"]),
    ("sort_key=display_name&sort_dir=asc", ["a", "b", "c"]),
    ("sort_key=launched_at&sort_dir=asc", ["b", "a", "c"]),
    ("sort_key=launched_at&sort_dir=desc", ["c", "a", "b"]),
    ("sort_key=vm_state&sort_dir=desc&sort_key=display_name&sort_dir=asc", ["b", "a", "c"]),
    ("sort_key=key_name&sort_key=created_at&sort_dir=asc", ["b", "a", "c"]),
]


def test_pages_keep_their_order(each_cloud: Cloud) -> None:
    each_cloud.create(name="b")
    for name in ("a", "c"):
        each_cloud.active(name=name)
    for query, names in SORTS:
        for path in (SERVERS, f"{SERVERS}/detail"):
            seen, href = [], f"{path}?limit=1&{query}"
            while href:
                page = each_cloud.call("GET", href, version=NEWEST, status=200).json
                seen += [server["name"] for server in page["servers"]]
                href = page.get("servers_links", [{"href": ""}])[0]["href"]
            assert (query, seen) == (query, names)


def test_a_page_beyond_the_last(cloud: Cloud) -> None:
    server_id = cloud.create()["id"]
    assert cloud.listed(f"marker={server_id}") == []
    assert cloud.listed("limit=0") == []
    assert cloud.listed("limit=1") == ["web"]
    page = cloud.call("GET", f"{SERVERS}?limit=1", status=200).json
    assert page.keys() == {"servers"}
    # Somebody else's marker is no marker.
    cloud.call("GET", f"{SERVERS}?marker={server_id}", token="other", status=400)


def test_a_deleted_server_is_listed_with_changes(cloud: Cloud) -> None:
    server_id = cloud.active()
    cloud.change(server_id, vm_state=VmState.DELETED)
    assert cloud.listed() == []
    query = f"{SERVERS}/detail?changes-since=2000-01-01"
    (shown,) = cloud.call("GET", query, status=200).json["servers"]
    assert shown["status"] == "DELETED"
