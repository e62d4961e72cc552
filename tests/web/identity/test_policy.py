"""Ordinary users see themselves and their own project, and change neither."""

from typing import Any

import pytest

from tests.web.identity.conftest import Cloud

DENIED = "You are not authorized to perform the requested action: identity:{}."
ADMINISTRATION: list[tuple[str, str, Any, str]] = [
    ("POST", "/users", {"user": {"name": "x"}}, "create_user"),
    ("GET", "/users", None, "list_users"),
    ("GET", "/projects", None, "list_projects"),
    ("POST", "/projects", {"project": {"name": "x"}}, "create_project"),
    ("GET", "/domains", None, "list_domains"),
    ("POST", "/domains", {"domain": {"name": "x"}}, "create_domain"),
    ("GET", "/groups", None, "list_groups"),
    ("POST", "/groups", {"group": {"name": "x"}}, "create_group"),
    ("GET", "/roles", None, "list_roles"),
    ("POST", "/roles", {"role": {"name": "x"}}, "create_role"),
    ("GET", "/role_assignments", None, "list_role_assignments"),
    ("GET", "/services", None, "list_services"),
    ("GET", "/endpoints", None, "list_endpoints"),
    ("POST", "/regions", {"region": {}}, "create_region"),
    ("DELETE", "/users/{other}", None, "delete_user"),
    ("GET", "/users/{other}", None, "get_user"),
    ("GET", "/users/missing", None, "get_user"),
    ("GET", "/projects/{other_project}", None, "get_project"),
    ("GET", "/projects/missing", None, "get_project"),
    ("PATCH", "/users/{me}", {"user": {"name": "x"}}, "update_user"),
    ("PATCH", "/projects/{mine}", {"project": {"name": "x"}}, "update_project"),
    ("PUT", "/projects/{mine}/users/{me}/roles/{role}", None, "create_grant"),
    ("PUT", "/projects/{mine}/tags/x", None, "create_project_tag"),
    ("GET", "/users/{other}/projects", None, "list_user_projects"),
    ("GET", "/users/{other}/application_credentials", None, "list_application_credentials"),
]


@pytest.fixture
def ids(cloud: Cloud) -> dict[str, str]:
    return {
        "me": cloud.id_of("user", "demo"),
        "mine": cloud.id_of("project", "demo"),
        "other": cloud.id_of("user", "admin"),
        "other_project": cloud.id_of("project", "admin"),
        "role": cloud.id_of("role", "admin"),
    }


def test_members_do_not_administer(cloud: Cloud, ids: dict[str, str]) -> None:
    for method, path, body, action in ADMINISTRATION:
        answer = cloud.call(method, path.format(**ids), body, by="demo", status=403)
        assert answer.json["error"]["message"] == DENIED.format(action), path


def test_members_see_what_is_theirs(cloud: Cloud, ids: dict[str, str]) -> None:
    for path in (
        "/users/{me}",
        "/users/{me}/projects",
        "/users/{me}/groups",
        "/users/{me}/application_credentials",
        "/projects/{mine}",
        "/projects/{mine}/tags",
        "/domains/default",
        "/regions",
    ):
        cloud.call("GET", path.format(**ids), by="demo", status=200)
        cloud.call("HEAD", path.format(**ids), by="demo", status=200)


def test_readers_of_the_system_look_and_do_not_touch(cloud: Cloud) -> None:
    user, _ = cloud.user("auditor", role="reader")
    role = cloud.id_of("role", "reader")
    cloud.call("PUT", f"/system/users/{user}/roles/{role}", status=204)
    cloud.tokens["auditor"] = cloud.token("auditor", {"system": {"all": True}})
    cloud.call("GET", "/users", by="auditor", status=200)
    cloud.call("GET", "/role_assignments", by="auditor", status=200)
    cloud.call("POST", "/users", {"user": {"name": "x"}}, by="auditor", status=403)
