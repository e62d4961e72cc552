"""Quota sets, limits and network quotas: whose, which fields when, and who may set them."""

from typing import Any

import pytest

from tests.harness.api import OTHER_PROJECT, PROJECT, Client
from tests.web.golden import differences, exchange

COMPUTE = f"/compute/v2.1/os-quota-sets/{PROJECT}"
NETWORK = f"/network/v2.0/quotas/{PROJECT}"
VOLUME = f"/volume/v3/os-quota-sets/{PROJECT}"


@pytest.mark.parametrize(
    ("recorded", "path", "version"),
    [
        ("GET /compute/v2.1/os-quota-sets/{pid}", COMPUTE, "2.56"),
        ("GET /compute/v2.1/os-quota-sets/{pid}/detail", f"{COMPUTE}/detail", "2.56"),
        ("GET /compute/v2.1/os-quota-sets/{pid}/detail", f"{COMPUTE}/detail", ""),
        ("GET /compute/v2.1/limits", "/compute/v2.1/limits?reserved=False", ""),
        ("GET /volume/v3/limits", "/volume/v3/limits", "3.39"),
        ("GET /volume/v3/os-quota-sets/{pid}", VOLUME, ""),
    ],
)
def test_their_shape(api: Client, recorded: str, path: str, version: str) -> None:
    answer = api.call("GET", path, version=version or None, status=200)
    theirs = exchange(recorded, version=version).answer
    assert differences(theirs, answer.json) == []


NOT_OURS = ["router_route"]  # a resource of newer releases


@pytest.mark.parametrize(
    ("recorded", "path"),
    [
        ("GET /network/v2.0/quotas/{pid}", NETWORK),
        ("GET /network/v2.0/quotas/{pid}/details", f"{NETWORK}/details"),
        ("GET /network/v2.0/quotas/{pid}/details.json", f"{NETWORK}/details.json"),
    ],
)
def test_their_shape_but_for_what_we_have_not(api: Client, recorded: str, path: str) -> None:
    answer = api.call("GET", path, status=200)
    found = differences(exchange(recorded).answer, answer.json)
    assert [item for item in found if item.split()[0].rpartition(".")[2] not in NOT_OURS] == []


def test_volume_usage_is_told_on_request(api: Client) -> None:
    shown = api.call("GET", f"{VOLUME}?usage=True", status=200).json["quota_set"]
    assert shown["volumes"] == {"limit": 20, "in_use": 0, "reserved": 0}


@pytest.mark.parametrize(
    ("version", "there", "gone"),
    [
        ("2.35", ["fixed_ips", "injected_files"], []),
        ("2.36", ["injected_files"], ["fixed_ips", "floating_ips", "security_groups"]),
        ("2.57", ["server_groups", "key_pairs"], ["injected_files", "fixed_ips"]),
        ("2.96", ["instances"], ["injected_file_path_bytes"]),
    ],
)
def test_fields_by_microversion(
    api: Client, version: str, there: list[str], gone: list[str]
) -> None:
    for path in (COMPUTE, f"{COMPUTE}/detail", f"{COMPUTE}/defaults"):
        fields = set(api.call("GET", path, version=version, status=200).json["quota_set"])
        assert fields >= set(there)
        assert not fields & set(gone)


@pytest.mark.parametrize(
    ("version", "gone"),
    [
        ("2.35", set()),
        ("2.36", {"maxTotalFloatingIps", "maxSecurityGroups", "totalSecurityGroupsUsed"}),
        ("2.39", {"maxImageMeta"}),
        ("2.57", {"maxPersonality", "maxPersonalitySize", "maxImageMeta"}),
    ],
)
def test_limits_by_microversion(api: Client, version: str, gone: set[str]) -> None:
    at_first = set(api.call("GET", "/compute/v2.1/limits").json["limits"]["absolute"])
    shown = set(api.call("GET", "/compute/v2.1/limits", version=version).json["limits"]["absolute"])
    assert gone <= at_first - shown
    assert bool(gone) == bool(at_first - shown)


@pytest.mark.parametrize("path", [COMPUTE, f"{COMPUTE}/detail", NETWORK, VOLUME])
def test_another_projects_quota_is_for_administrators(api: Client, path: str) -> None:
    api.call("GET", path, token="reader", status=200)
    api.call("GET", path, token="other", status=403)
    theirs = path.replace(PROJECT, OTHER_PROJECT)
    api.call("GET", theirs, token="admin", status=200)
    api.call("GET", theirs, token="unscoped", status=403)


@pytest.mark.parametrize("path", [COMPUTE, NETWORK])
@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_only_administrators_set_quota(api: Client, path: str, method: str) -> None:
    name = "quota_set" if path == COMPUTE else "quota"
    body: object = {name: {}} if method == "PUT" else None
    api.call(method, path, body, token="member", status=403)
    api.call(method, path, body, token=None, status=401)


def test_compute_limits_are_set_shown_and_reset(each_api: Client) -> None:
    wanted = {"quota_set": {"cores": 7, "ram": "-1", "force": False}}
    set_to = each_api.call("PUT", COMPUTE, wanted, token="admin", version="2.56", status=200)
    theirs = exchange("PUT /compute/v2.1/os-quota-sets/{pid}", version="2.56").answer
    assert differences(theirs, set_to.json) == []
    shown = each_api.call("GET", COMPUTE, status=200).json["quota_set"]
    assert (shown["cores"], shown["ram"], shown["instances"]) == (7, -1, 20)
    assert each_api.call("GET", f"{COMPUTE}/defaults").json["quota_set"]["cores"] == 40
    absolute = each_api.call("GET", "/compute/v2.1/limits").json["limits"]["absolute"]
    assert absolute["maxTotalCores"] == 7
    each_api.call("DELETE", COMPUTE, token="admin", status=202)
    assert each_api.call("GET", COMPUTE).json["quota_set"]["cores"] == 40


def test_network_limits_are_set_listed_and_reset(each_api: Client) -> None:
    wanted = {"quota": {"check_limit": True, "network": 4}}
    set_to = each_api.call("PUT", NETWORK, wanted, token="admin", status=200).json["quota"]
    assert (set_to["network"], set_to["subnet"]) == (4, 40)
    (listed,) = each_api.call("GET", "/network/v2.0/quotas", token="admin").json["quotas"]
    assert (listed["project_id"], listed["network"], listed["port"]) == (PROJECT, 4, 200)
    assert each_api.call("GET", f"{NETWORK}/default").json["quota"]["network"] == 20
    each_api.call("DELETE", NETWORK, token="admin", status=204)
    assert each_api.call("GET", NETWORK).json["quota"]["network"] == 20
    assert each_api.call("GET", "/network/v2.0/quotas", token="admin").json["quotas"] == []


def test_a_limit_below_what_is_used_needs_force(api: Client, application: Any) -> None:
    with application.transaction() as unit:
        unit.quota.charge(PROJECT, {"cores": 3, "network": 2})
    tight = {"quota_set": {"cores": 2}}
    refused = api.call("PUT", COMPUTE, tight, token="admin", status=400)
    assert "already used and reserved 3" in refused.json["badRequest"]["message"]
    tight["quota_set"]["force"] = True
    api.call("PUT", COMPUTE, tight, token="admin", status=200)
    checked = {"quota": {"network": 1, "check_limit": True}}
    api.call("PUT", NETWORK, checked, token="admin", status=400)
    api.call("PUT", NETWORK, {"quota": {"network": 1}}, token="admin", status=200)
    used = api.call("GET", f"{NETWORK}/details").json["quota"]["network"]
    assert used == {"limit": 1, "used": 2, "reserved": 0}


@pytest.mark.parametrize(
    ("version", "body"),
    [
        ("2.1", {}),
        ("2.1", {"quota_set": []}),
        ("2.1", {"quota_set": {"cores": -2}}),
        ("2.1", {"quota_set": {"cores": 2**31}}),
        ("2.1", {"quota_set": {"cores": None}}),
        ("2.1", {"quota_set": {"cores": True}}),
        ("2.1", {"quota_set": {"sheep": 1}}),
        ("2.1", {"quota_set": {"server_groups": 5}}),
        ("2.36", {"quota_set": {"fixed_ips": -1}}),
        ("2.57", {"quota_set": {"injected_files": 5}}),
    ],
)
def test_bad_limits_change_nothing(api: Client, version: str, body: object) -> None:
    before = api.call("GET", COMPUTE).json
    api.call("PUT", COMPUTE, body, token="admin", version=version, status=400)
    assert api.call("GET", COMPUTE).json == before


def test_users_have_no_quota(api: Client) -> None:
    body = {"quota_set": {"cores": 1}}
    api.call("PUT", f"{COMPUTE}?user_id=x", body, token="admin", status=400)
    api.call("DELETE", f"{COMPUTE}?user_id=x", token="admin", status=400)


def test_limits_of_another_project(api: Client) -> None:
    path = f"/compute/v2.1/limits?tenant_id={OTHER_PROJECT}"
    api.call("GET", path, token="admin", status=200)
    api.call("GET", path, status=403)
    api.call("GET", path, token="other", status=200)


@pytest.mark.parametrize("project", ["a" * 65, "%F0%9F%90%91", "a b"])
def test_what_is_no_projects_id_gets_no_limits(each_api: Client, project: str) -> None:
    for path, body in (
        (COMPUTE, {"quota_set": {"cores": 1}}),
        (NETWORK, {"quota": {"network": 1}}),
    ):
        theirs = path.replace(PROJECT, project)
        each_api.call("PUT", theirs, body, token="admin", status=404)
        assert each_api.call("DELETE", theirs, token="admin").status_int in {202, 204}


def test_a_change_is_told_and_no_change_is_not(api: Client, application: Any) -> None:
    def told() -> int:
        with application.transaction() as unit:
            found: int = unit.connection.exec_driver_sql("SELECT count(*) FROM feed").scalar_one()
            return found

    before = told()
    api.call("DELETE", COMPUTE, token="admin", status=202)
    assert told() == before
    api.call("PUT", COMPUTE, {"quota_set": {"cores": 1}}, token="admin", status=200)
    api.call("DELETE", COMPUTE, token="admin", status=202)
    assert told() == before + 2
