"""What a project may not have is refused in OpenStack's words, and nothing is left behind."""

import pytest

from cyclades.domain.model.quota import Holding
from tests.harness.api import PROJECT
from tests.harness.compute import NEWEST, SERVERS, Cloud

RESOURCES = ("instances", "cores", "ram", "port")


def limit(cloud: Cloud, **limits: int) -> None:
    cloud.application.atomically(lambda unit: unit.quota.set_limits(PROJECT, limits))


def holdings(cloud: Cloud) -> dict[str, Holding]:
    with cloud.application.reader() as unit:
        return dict(unit.quota.holdings(PROJECT, RESOURCES))


@pytest.mark.parametrize("count", [1, 2, 1000])
def test_over_quota_is_403_and_leaves_nothing(each_cloud: Cloud, count: int) -> None:
    limit(each_cloud, instances=0)
    before = holdings(each_cloud)
    body = each_cloud.body(min_count=count, max_count=count)
    refused = each_cloud.call("POST", SERVERS, body, version=NEWEST, status=403)
    said = refused.json["forbidden"]
    assert said["code"] == 403
    assert said["message"] == (
        f"Quota exceeded for instances: Requested {count}, but already used 0 of 0 instances"
    )
    assert holdings(each_cloud) == before
    assert each_cloud.listed() == []


def test_as_many_as_fit_between_the_least_and_the_most(cloud: Cloud) -> None:
    limit(cloud, instances=3)
    cloud.call("POST", SERVERS, cloud.body(min_count=2, max_count=9), version=NEWEST, status=202)
    assert holdings(cloud)["instances"].used == 3
    assert len(cloud.listed()) == 3
