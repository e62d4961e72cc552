"""/servers/{id}/action."""

from typing import Any

import pytest

from cyclades.domain.model.operation import Operation
from tests.harness.compute import NEWEST, SERVERS, Cloud
from tests.web.golden import exchange


def act(cloud: Cloud, server_id: str, body: Any, **more: Any) -> Any:
    return cloud.call("POST", f"{SERVERS}/{server_id}/action", body, **{"version": NEWEST} | more)


STORY: list[tuple[dict[str, Any], Operation, str]] = [
    ({"os-stop": None}, Operation.STOP, "SHUTOFF"),
    ({"os-start": None}, Operation.START, "ACTIVE"),
    ({"reboot": {"type": "SOFT"}}, Operation.REBOOT, "ACTIVE"),
    ({"reboot": {"type": "hard"}}, Operation.REBOOT, "ACTIVE"),
    ({"os-stop": {}}, Operation.STOP, "SHUTOFF"),
    ({"reboot": {"type": "Hard"}}, Operation.REBOOT, "ACTIVE"),
]


def test_stop_start_reboot(each_cloud: Cloud) -> None:
    server_id = each_cloud.active()
    for body, operation, status in STORY:
        answer = act(each_cloud, server_id, body, status=202)
        assert (answer.body, answer.headers.get("Content-Type")) == (b"", None)
        assert each_cloud.show(server_id)["OS-EXT-STS:task_state"]
        each_cloud.done(server_id, operation)
        shown = each_cloud.show(server_id)
        assert (shown["status"], shown["OS-EXT-STS:task_state"]) == (status, None)


def test_a_wrong_state_is_a_conflict_in_their_words(cloud: Cloud) -> None:
    server_id = cloud.active()
    refused = act(cloud, server_id, {"os-start": None}, status=409)
    recorded = exchange(
        "POST /compute/v2.1/servers/{id}/action {os-start}", version="2.100", status=409
    ).answer["conflictingRequest"]["message"]
    words = recorded.split(" ")
    words[3] = server_id
    assert refused.json["conflictingRequest"]["message"] == " ".join(words)


def test_locks(cloud: Cloud) -> None:
    server_id = cloud.active()
    act(cloud, server_id, {"lock": {"locked_reason": "busy"}}, status=202)
    shown = cloud.show(server_id)
    assert (shown["locked"], shown["locked_reason"]) == (True, "busy")
    refused = act(cloud, server_id, {"os-stop": None}, status=409)
    assert refused.json["conflictingRequest"]["message"] == f"Instance {server_id} is locked"
    cloud.call("DELETE", f"{SERVERS}/{server_id}", status=409)
    act(cloud, server_id, {"os-stop": None}, token="admin", status=202)
    act(cloud, server_id, {"unlock": None}, status=202)
    assert cloud.show(server_id)["locked_reason"] is None
    act(cloud, server_id, {"lock": None}, status=202)
    act(cloud, server_id, {"lock": {"locked_reason": "not heard of"}}, version="2.72", status=202)
    assert cloud.show(server_id)["locked_reason"] is None


def test_deleting_by_force(cloud: Cloud) -> None:
    server_id = cloud.active()
    act(cloud, server_id, {"forceDelete": None}, status=202)
    assert cloud.show(server_id)["OS-EXT-STS:task_state"] == "deleting"


def test_what_is_not_there_yet_says_so(cloud: Cloud) -> None:
    server_id = cloud.active()
    for name in ("pause", "resize", "os-getVNCConsole"):
        answer = act(cloud, server_id, {name: {"anything": 1}}, status=501)
        assert name in answer.json["notImplemented"]["message"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"explode": None},
        {"os-start": None, "os-stop": None},
        {"reboot": None},
        {"reboot": {}},
        {"reboot": {"type": "GENTLY"}},
        {"reboot": {"type": None}},
        {"reboot": {"type": "HARD", "x": 1}},
        {"lock": {"locked_reason": ""}},
        {"lock": {"locked_reason": "x" * 256}},
        {"lock": {"why": "x"}},
        [],
        None,
        b"x",
        {"ü" * 300: None},
    ],
    ids=lambda body: str(body)[:30],
)
def test_bad_actions_change_nothing(cloud: Cloud, body: Any) -> None:
    server_id = cloud.active()
    before = cloud.show(server_id)
    raw = b"null" if body is None else body
    assert act(cloud, server_id, raw).status_int == 400
    assert cloud.show(server_id) == before
