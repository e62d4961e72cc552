"""What hangs on a server: interfaces, addresses, groups, actions, diagnostics."""

from typing import Any

import pytest

from cyclades.domain.model.operation import Operation
from cyclades.domain.model.reports import BuildProgress
from cyclades.domain.model.sharing import Scope
from tests.harness.api import PROJECT
from tests.harness.compute import NEWEST, SERVERS, Cloud
from tests.web.golden import differences, exchange


@pytest.mark.parametrize(("version", "asked"), [("", None), ("2.70", "2.70")])
def test_interfaces(each_cloud: Cloud, version: str, asked: str | None) -> None:
    url = f"{SERVERS}/{each_cloud.active()}/os-interface"
    theirs = exchange("GET /compute/v2.1/servers/{id}/os-interface", version=version).answer
    ours = each_cloud.call("GET", url, version=asked, status=200).json
    assert differences(theirs, ours) == []
    (found,) = ours["interfaceAttachments"]
    assert [ip["ip_address"][:4] for ip in found["fixed_ips"]] == ["203.", "2001"]
    one = each_cloud.call("GET", f"{url}/{found['port_id']}", version=asked, status=200).json
    assert one == {"interfaceAttachment": found}
    each_cloud.call("GET", f"{url}/nope", status=404)


def test_a_server_without_a_network(each_cloud: Cloud) -> None:
    url = f"{SERVERS}/{each_cloud.active(networks='none')}"
    for path, body in {
        "/os-interface": {"interfaceAttachments": []},
        "/ips": {"addresses": {}},
        "/os-security-groups": {"security_groups": []},
        "/os-volume_attachments": {"volumeAttachments": []},
    }.items():
        assert each_cloud.call("GET", f"{url}{path}", status=200).json == body
    shown = each_cloud.call("GET", url, status=200).json["server"]
    assert "security_groups" not in shown
    assert shown["addresses"] == {}


def test_two_interfaces_keep_their_order(each_cloud: Cloud) -> None:
    wanted = [{"uuid": each_cloud.network, "tag": name} for name in ("b", "a")]
    server_id = each_cloud.active(networks=wanted)
    url = f"{SERVERS}/{server_id}"
    found = each_cloud.call("GET", f"{url}/os-interface", version="2.70", status=200).json
    ports = found["interfaceAttachments"]
    assert [port["tag"] for port in ports] == ["b", "a"]
    inner = [ip["ip_address"] for port in ports for ip in port["fixed_ips"]]
    shown = each_cloud.show(server_id)["addresses"]["public"]
    assert [address["addr"] for address in shown] == inner


def test_addresses(cloud: Cloud) -> None:
    url = f"{SERVERS}/{cloud.active()}/ips"
    ours = cloud.call("GET", url, status=200).json["addresses"]
    assert [entry.keys() for entry in ours["public"]] == [{"version", "addr"}] * 2
    assert cloud.call("GET", f"{url}/public", status=200).json == ours
    cloud.call("GET", f"{url}/private", status=404)


def test_security_groups(each_cloud: Cloud) -> None:
    url = f"{SERVERS}/{each_cloud.active()}/os-security-groups"
    theirs = exchange("GET /compute/v2.1/servers/{id}/os-security-groups").answer
    ours = each_cloud.call("GET", url, status=200).json
    assert differences(theirs, ours) == []
    (group,) = ours["security_groups"]
    assert group["name"] == "default"
    assert [rule["group"]["name"] for rule in group["rules"]] == ["default", "default"]


def test_actions(each_cloud: Cloud) -> None:
    made = each_cloud.call("POST", SERVERS, each_cloud.body(), version=NEWEST, status=202)
    server_id = made.json["server"]["id"]
    each_cloud.done(server_id, Operation.CREATE)
    url = f"{SERVERS}/{server_id}/os-instance-actions"
    stop = {"os-stop": None}
    stopped = each_cloud.call("POST", f"{SERVERS}/{server_id}/action", stop, status=202)
    theirs = exchange("GET /compute/v2.1/servers/{id}/os-instance-actions", version="2.84").answer
    ours = each_cloud.call("GET", url, version="2.84", status=200).json
    assert differences(theirs, ours) == []
    told = [(entry["action"], entry["request_id"]) for entry in ours["instanceActions"]]
    requests = [answer.headers["X-Openstack-Request-Id"] for answer in (stopped, made)]
    assert told == list(zip(["stop", "create"], requests, strict=True))

    path = f"{url}/{requests[1]}"
    theirs = exchange(
        "GET /compute/v2.1/servers/{id}/os-instance-actions/{req}", version="2.84"
    ).answer
    ours = each_cloud.call("GET", path, version="2.84", status=200).json
    assert differences(theirs, ours) == []
    assert ours["instanceAction"]["events"][0]["result"] == "Success"
    running = each_cloud.call("GET", f"{url}/{requests[0]}", version="2.84", status=200).json
    assert running["instanceAction"]["events"][0]["finish_time"] is None
    each_cloud.call("GET", f"{url}/req-nope", status=404)


def test_actions_by_version(cloud: Cloud) -> None:
    server_id = cloud.active()
    url = f"{SERVERS}/{server_id}/os-instance-actions"
    (entry,) = cloud.call("GET", url, status=200).json["instanceActions"]
    assert "updated_at" not in entry
    path = f"{url}/{entry['request_id']}"

    def shown(version: str, token: str = "member") -> set[str]:
        answer = cloud.call("GET", path, version=version, token=token, status=200).json
        return {key for event in answer["instanceAction"].get("events", []) for key in event}

    usual = {"event", "start_time", "finish_time", "result"}
    assert shown("2.50") == set()
    assert shown("2.51") == usual
    assert shown("2.62") == shown("2.84") == usual | {"hostId"}
    assert shown("2.1", "admin") == usual | {"traceback"}
    assert shown("2.84", "admin") == usual | {"hostId", "host", "details", "traceback"}


def test_what_a_build_says_are_events_of_its_action(cloud: Cloud) -> None:
    made = cloud.call("POST", SERVERS, cloud.body(), version=NEWEST, status=202)
    request, server_id = made.headers["X-Openstack-Request-Id"], made.json["server"]["id"]
    with cloud.application.reader() as unit:
        instance = unit.server_views.show(Scope(PROJECT), server_id).instance
    report = BuildProgress("one", instance, 40, "copying the image")
    assert cloud.application.atomically(lambda unit: unit.cluster_updates.apply(report))
    assert cloud.show(server_id)["progress"] == 40
    path = f"{SERVERS}/{server_id}/os-instance-actions/{request}"

    def events(version: str, token: str = "member") -> Any:
        answer = cloud.call("GET", path, version=version, token=token, status=200).json
        return answer["instanceAction"].get("events", [])

    assert events("2.50") == []
    assert [event["event"] for event in events("2.1", "admin")] == [
        "cluster_create",
        "cluster_progress",
    ]
    job, step = events("2.84")
    assert "details" not in job
    assert (step["details"], step["result"]) == ("copying the image", "Success")
    assert step.keys() - {"details"} == job.keys()


def test_actions_in_pages(each_cloud: Cloud) -> None:
    cloud = each_cloud
    server_id = cloud.active()
    url = f"{SERVERS}/{server_id}/os-instance-actions"
    for name in ("lock", "unlock", "lock"):
        cloud.call("POST", f"{SERVERS}/{server_id}/action", {name: None}, status=202)
    seen, href = [], f"{url}?limit=1"
    while href:
        page = cloud.call("GET", href, version="2.58", status=200).json
        seen += [entry["action"] for entry in page["instanceActions"]]
        href = page.get("links", [{"href": ""}])[0]["href"]
    assert seen == ["lock", "unlock", "lock", "create"]
    assert len(cloud.call("GET", f"{url}?limit=1", status=200).json["instanceActions"]) == 4
    for query, version in [
        ("marker=nope", "2.58"),
        ("colour=red", "2.58"),
        ("changes-since=x", "2.58"),
        ("changes-before=x", "2.66"),
        ("limit=x", "2.58"),
    ]:
        cloud.call("GET", f"{url}?{query}", version=version, status=400)
    for query, count in [("changes-since=2000-01-01", 4), ("changes-before=2000-01-01", 0)]:
        found = cloud.call("GET", f"{url}?{query}", version="2.66", status=200).json
        assert len(found["instanceActions"]) == count


def test_actions_of_a_deleted_server(cloud: Cloud) -> None:
    server_id = cloud.create()["id"]
    cloud.call("DELETE", f"{SERVERS}/{server_id}", status=204)
    url = f"{SERVERS}/{server_id}/os-instance-actions"
    found = cloud.call("GET", url, version="2.21", status=200).json["instanceActions"]
    assert [entry["action"] for entry in found] == ["delete", "create"]
    cloud.call("GET", url, version="2.20", status=404)


def test_diagnostics_are_for_administrators(cloud: Cloud) -> None:
    url = f"{SERVERS}/{cloud.active()}/diagnostics"
    cloud.call("GET", url, version=NEWEST, status=403)
    shown = cloud.call("GET", url, token="admin", version="2.48", status=200).json
    assert (shown["state"], shown["num_nics"]) == ("running", 1)
    assert shown["memory_details"] == {"maximum": 512, "used": None}
    old = cloud.call("GET", url, token="admin", version="2.47", status=200).json
    assert old == {"vcpus": 1, "memory": 512 * 1024}
