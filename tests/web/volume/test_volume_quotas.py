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
