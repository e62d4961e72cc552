"""Services, endpoints and regions: ours are built in, others can be added."""

import pytest

from tests.web.identity.conftest import Cloud


def test_what_is_built_in_is_listed_with_stable_ids_and_stays(cloud: Cloud) -> None:
    services = cloud.call("GET", "/services").json["services"]
    endpoints = cloud.call("GET", "/endpoints").json["endpoints"]
    assert len(services) == 6
    assert len(endpoints) == 18
    assert services == cloud.call("GET", "/services").json["services"]
    [nova] = cloud.call("GET", "/services?type=compute").json["services"]
    assert cloud.call("GET", f"/services/{nova['id']}").json["service"] == nova
    cloud.call("DELETE", f"/services/{nova['id']}", status=403)
    cloud.call("PATCH", f"/services/{nova['id']}", {"service": {"name": "x"}}, status=403)
    cloud.call("DELETE", f"/endpoints/{endpoints[0]['id']}", status=403)
    cloud.call("DELETE", "/regions/RegionOne", status=403)
    cloud.call("POST", "/regions", {"region": {"id": "RegionOne"}}, status=409)
    query = f"/endpoints?service_id={nova['id']}&interface=public"
    assert len(cloud.call("GET", query).json["endpoints"]) == 1


def test_links_follow_the_public_url(cloud: Cloud) -> None:
    proxy = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "cloud.example.org"}
    endpoints = cloud.call("GET", "/endpoints", headers=proxy).json["endpoints"]
    assert all(row["url"].startswith("https://cloud.example.org/") for row in endpoints)


def test_a_service_that_is_added_appears_in_catalogs(each_cloud: Cloud) -> None:
    cloud = each_cloud
    service = cloud.make("service", type="weather", name="rain")
    path = f"/services/{service['id']}"
    cloud.call("PATCH", path, {"service": {"description": "Wet"}}, status=200)
    endpoint = cloud.make(
        "endpoint",
        service_id=service["id"],
        interface="public",
        region="Hills",
        url="http://cloud/rain",
    )
    assert cloud.call("GET", "/regions/Hills", status=200)
    catalog = cloud.log_in("demo").json["token"]["catalog"]
    assert [entry["name"] for entry in catalog if entry["type"] == "weather"] == ["rain"]
    cloud.call("PATCH", f"/endpoints/{endpoint['id']}", {"endpoint": {"enabled": False}})
    catalog = cloud.log_in("demo").json["token"]["catalog"]
    assert not [entry for entry in catalog if entry["type"] == "weather"]
    cloud.call("DELETE", "/regions/Hills", status=403)
    cloud.call("DELETE", path, status=204)
    cloud.call("GET", f"/endpoints/{endpoint['id']}", status=404)
    cloud.call("DELETE", "/regions/Hills", status=204)


@pytest.mark.parametrize(
    "change",
    [{"enabled": "False"}, {"interface": "secret"}, {"url": "nowhere"}, {"region_id": "nowhere"}],
)
def test_bad_endpoints(cloud: Cloud, change: dict[str, str]) -> None:
    service = cloud.make("service", type="weather")
    values = {"service_id": service["id"], "interface": "public", "url": "http://cloud/rain"}
    cloud.call("POST", "/endpoints", {"endpoint": values | change}, status=400)


def test_regions(cloud: Cloud) -> None:
    named = cloud.call("PUT", "/regions/Hills", {"region": {"description": "high"}}, status=201)
    assert named.json["region"]["id"] == "Hills"
    below = cloud.make("region", parent_region_id="Hills")
    query = "/regions?parent_region_id=Hills"
    assert cloud.call("GET", query).json["regions"] == [below]
    cloud.call("DELETE", "/regions/Hills", status=403)
    changed = cloud.call(
        "PATCH", f"/regions/{below['id']}", {"region": {"parent_region_id": None}}
    ).json["region"]
    assert changed["parent_region_id"] is None
    cloud.call("DELETE", "/regions/Hills", status=204)
