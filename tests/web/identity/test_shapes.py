"""Bodies have the shapes that a real OpenStack was seen to answer with."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.web.golden import differences, exchange
from tests.web.identity.conftest import Cloud

Ask = Callable[[Cloud], Any]


def demo(cloud: Cloud, noun: str) -> str:
    return cloud.id_of(noun, "demo")


def service(cloud: Cloud) -> str:
    return str(cloud.make("service", type="weather", name="rain", description="Wet")["id"])


def endpoint(cloud: Cloud) -> Any:
    values = {
        "service_id": service(cloud),
        "interface": "public",
        "region_id": "RegionOne",
        "url": "http://cloud/weather",
    }
    return cloud.call("POST", "/endpoints", {"endpoint": values})


def credential(cloud: Cloud) -> Any:
    path = f"/users/{demo(cloud, 'user')}/application_credentials"
    values = {
        "name": "robot",
        "roles": [{"name": "member"}],
        "access_rules": [],
        "expires_at": None,
    }
    return cloud.call("POST", path, {"application_credential": values}, by="demo")


def listed_credentials(cloud: Cloud) -> Any:
    credential(cloud)
    path = f"/users/{demo(cloud, 'user')}/application_credentials"
    return cloud.call("GET", path, by="demo")


def members(cloud: Cloud) -> Any:
    group = cloud.make("group", name="team")["id"]
    user = cloud.make("user", name="ann", email="ann@example.org")["id"]
    cloud.call("PUT", f"/groups/{group}/users/{user}")
    return cloud.call("GET", f"/groups/{group}/users")


def assignments(cloud: Cloud) -> Any:
    return cloud.call("GET", f"/role_assignments?user.id={demo(cloud, 'user')}&include_names=True")


SHAPES: dict[str, Ask] = {
    "GET /identity/v3/projects/{id}": lambda c: c.call("GET", f"/projects/{demo(c, 'project')}"),
    "GET /identity/v3/users/{id}": lambda c: c.call("GET", f"/users/{demo(c, 'user')}"),
    "GET /identity/v3/users/{id}/projects": lambda c: c.call(
        "GET", f"/users/{demo(c, 'user')}/projects", by="demo"
    ),
    "POST /identity/v3/users/{id}/application_credentials": credential,
    "GET /identity/v3/users/{id}/application_credentials": listed_credentials,
    "POST /identity/v3/projects": lambda c: c.call("POST", "/projects", {"project": {"name": "x"}}),
    "POST /identity/v3/users": lambda c: c.call("POST", "/users", {"user": {"name": "x"}}),
    "GET /identity/v3/roles": lambda c: c.call("GET", "/roles"),
    "POST /identity/v3/roles": lambda c: c.call("POST", "/roles", {"role": {"name": "x"}}),
    "GET /identity/v3/services": lambda c: c.call("GET", "/services"),
    "GET /identity/v3/services/{id}": lambda c: c.call("GET", f"/services/{service(c)}"),
    "GET /identity/v3/endpoints": lambda c: c.call("GET", "/endpoints"),
    "POST /identity/v3/endpoints": endpoint,
    "GET /identity/v3/domains": lambda c: c.call("GET", "/domains"),
    "GET /identity/v3/domains/{id}": lambda c: c.call("GET", "/domains/default"),
    "GET /identity/v3/regions": lambda c: c.call("GET", "/regions"),
    "GET /identity/v3/regions/{id}": lambda c: c.call("GET", "/regions/RegionOne"),
    "POST /identity/v3/regions": lambda c: c.call("POST", "/regions", {"region": {}}),
    "POST /identity/v3/groups": lambda c: c.call("POST", "/groups", {"group": {"name": "x"}}),
    "GET /identity/v3/groups/{id}/users": members,
    "GET /identity/v3/role_assignments": assignments,
}


@pytest.mark.parametrize("request_", SHAPES)
def test_ours_is_theirs(cloud: Cloud, request_: str) -> None:
    answer = SHAPES[request_](cloud)
    status = 201 if request_.startswith("POST") else 200
    assert answer.status_int == status, answer.text
    theirs = exchange(request_, status=status).answer
    assert differences(theirs, answer.json) == []
