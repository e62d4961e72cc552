"""Limits of volumes: what a body may say of those that there are not."""

from typing import Any

import pytest

from tests.harness.api import PROJECT, Client
from tests.web.volume.copying import BASE

QUOTA = f"{BASE}/os-quota-sets/{PROJECT}"


@pytest.mark.parametrize(
    ("limits", "status"),
    [
        ({"volumes___DEFAULT__": -1}, 200),
        ({"volumes___DEFAULT__": "-1"}, 200),
        ({"volumes___DEFAULT__": 5}, 400),
        ({"volumes___DEFAULT__": {}}, 400),
        ({"gigabytes___DEFAULT__": [-1]}, 400),
        ({"volumes_nothing": -1}, 400),
    ],
)
def test_types_have_no_limits_of_their_own(
    api: Client, limits: dict[str, Any], status: int
) -> None:
    api.call("PUT", QUOTA, {"quota_set": limits}, token="admin", status=status)


def test_without_limits_volumes_are_no_larger_than_a_cluster_may_be(api: Client) -> None:
    unlimited = {"quota_set": {"gigabytes": -1}}
    api.call("PUT", QUOTA, unlimited, token="admin", status=200)
    path, most = f"{BASE}/volumes", 2**24
    said = api.call("POST", path, {"volume": {"size": most + 1}}, status=400).json
    assert "cannot be larger" in said["badRequest"]["message"]
    made = api.call("POST", path, {"volume": {"size": 1}}, status=202).json["volume"]["id"]
    for size, status in ((most + 1, 400), (2**31 - 1, 400), (most, 202)):
        action = {"os-extend": {"new_size": size}}
        api.call("POST", f"{path}/{made}/action", action, status=status)
