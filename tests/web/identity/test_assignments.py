"""Who has which role where: grants, lists, inheritance."""

from typing import Any

import pytest

from tests.web.identity.conftest import Cloud


@pytest.mark.parametrize("target", ["projects", "domains", "system"])
@pytest.mark.parametrize("actor", ["users", "groups"])
def test_a_grant_is_made_seen_and_taken_back(each_cloud: Cloud, target: str, actor: str) -> None:
    cloud = each_cloud
    where = {
        "projects": f"/projects/{cloud.id_of('project', 'demo')}",
        "domains": "/domains/default",
        "system": "/system",
    }[target]
    who = cloud.make(actor.removesuffix("s"), name="ann")["id"]
    role = cloud.id_of("role", "reader")
    path = f"{where}/{actor}/{who}/roles"
    cloud.call("HEAD", f"{path}/{role}", status=404)
    cloud.call("PUT", f"{path}/{role}", status=204)
    cloud.call("PUT", f"{path}/{role}", status=204)
    cloud.call("HEAD", f"{path}/{role}", status=204)
    assert [one["name"] for one in cloud.call("GET", path).json["roles"]] == ["reader"]
    cloud.call("DELETE", f"{path}/{role}", status=204)
    cloud.call("DELETE", f"{path}/{role}", status=404)
    assert cloud.call("GET", path).json["roles"] == []


@pytest.mark.parametrize("part", ["project", "user", "role"])
def test_every_part_must_exist(cloud: Cloud, part: str) -> None:
    ids = {
        "project": cloud.id_of("project", "demo"),
        "user": cloud.id_of("user", "demo"),
        "role": cloud.id_of("role", "reader"),
    }
    ids[part] = "missing"
    path = f"/projects/{ids['project']}/users/{ids['user']}/roles/{ids['role']}"
    answer = cloud.call("PUT", path, status=404)
    assert answer.json["error"]["message"] == f"Could not find {part}: missing."


def scopes(cloud: Cloud, query: str) -> list[dict[str, Any]]:
    return list(cloud.call("GET", f"/role_assignments?{query}").json["role_assignments"])


def test_lists_are_filtered(cloud: Cloud) -> None:
    user, project = cloud.user("ann")
    assert len(scopes(cloud, f"user.id={user}")) == 1
    assert len(scopes(cloud, f"scope.project.id={project}")) == 1
    assert scopes(cloud, "scope.domain.id=default") == []
    [system] = scopes(cloud, "scope.system=all")
    assert system["scope"] == {"system": {"all": True}}
    [named] = scopes(cloud, f"user.id={user}&include_names")
    assert named["role"]["name"] == "member"
    assert named["user"]["domain"] == {"id": "default", "name": "Default"}
    assert named["scope"]["project"]["name"] == "ann"
    reader = cloud.id_of("role", "reader")
    assert scopes(cloud, f"user.id={user}&role.id={reader}") == []
    effective = scopes(cloud, f"user.id={user}&effective=true")
    assert len(effective) == 2


def test_a_domain_may_give_roles_to_the_projects_in_it(cloud: Cloud) -> None:
    user = cloud.make("user", name="ann", password="s3cret")["id"]
    cloud.passwords["ann"] = "s3cret"
    project = cloud.id_of("project", "demo")
    role = cloud.id_of("role", "member")
    path = f"/OS-INHERIT/domains/default/users/{user}/roles"
    cloud.call("PUT", f"{path}/{role}/inherited_to_projects", status=204)
    cloud.call("HEAD", f"{path}/{role}/inherited_to_projects", status=204)
    listed = cloud.call("GET", f"{path}/inherited_to_projects").json["roles"]
    assert [one["name"] for one in listed] == ["member"]
    token = cloud.token("ann", {"project": {"id": project}})
    cloud.log_in("ann", {"domain": {"id": "default"}}, status=401)
    [shown] = scopes(cloud, f"user.id={user}")
    assert shown["scope"]["OS-INHERIT:inherited_to"] == "projects"
    assert "inherited_to_projects" in shown["links"]["assignment"]
    projects = cloud.call("GET", f"/users/{user}/projects").json["projects"]
    assert {one["name"] for one in projects} == {"admin", "demo"}
    cloud.call("DELETE", f"{path}/{role}/inherited_to_projects", status=204)
    assert not cloud.valid(token)
