"""Projects, domains, users, groups, roles: what administrators do, and what is refused."""

from typing import Any

import pytest

from tests.web.identity.conftest import Cloud

NOUNS = ("project", "user", "group", "role", "domain", "region")
MISSING = "0" * 32


@pytest.mark.parametrize("noun", [*NOUNS, "service", "endpoint"])
def test_what_does_not_exist(cloud: Cloud, noun: str) -> None:
    for method, body in (("GET", None), ("PATCH", {noun: {}}), ("DELETE", None)):
        answer = cloud.call(method, f"/{noun}s/{MISSING}", body, status=404)
        assert answer.json["error"]["message"] == f"Could not find {noun}: {MISSING}."


@pytest.mark.parametrize("noun", ["project", "user", "group", "role", "domain"])
def test_a_life(cloud: Cloud, noun: str) -> None:
    made = cloud.make(noun, name="first", description="d", colour="red")
    path = f"/{noun}s/{made['id']}"
    assert made["colour"] == "red"
    assert made["description"] == "d"
    assert made["links"]["self"].endswith(f"/identity/v3{path}")
    assert cloud.call("GET", path).json[noun] == made
    changed = cloud.call("PATCH", path, {noun: {"name": "second", "colour": "blue"}}).json[noun]
    assert changed == made | {"name": "second", "colour": "blue"}
    assert cloud.call("GET", f"/{noun}s?name=second").json[f"{noun}s"] == [changed]
    assert cloud.call("GET", f"/{noun}s?name=first").json[f"{noun}s"] == []
    if noun == "domain":
        cloud.call("DELETE", path, status=403)
        cloud.call("PATCH", path, {noun: {"enabled": False}})
    cloud.call("DELETE", path, status=204)
    cloud.call("GET", path, status=404)


@pytest.mark.parametrize("noun", ["project", "user", "group", "role", "domain"])
def test_names_are_unique_within_a_domain(each_cloud: Cloud, noun: str) -> None:
    first = each_cloud.make(noun, name="same")
    other = each_cloud.make(noun, name="other")
    each_cloud.call("POST", f"/{noun}s", {noun: {"name": "same"}}, status=409)
    each_cloud.call("PATCH", f"/{noun}s/{other['id']}", {noun: {"name": "same"}}, status=409)
    assert each_cloud.call("GET", f"/{noun}s/{first['id']}").json[noun] == first


@pytest.mark.parametrize("noun", ["project", "user", "group", "role", "domain"])
@pytest.mark.parametrize(
    ("name", "status"),
    [("", 400), (" \t", 400), ("x" * 256, 400), (7, 400), (None, 400), ("ünï☃", 201), ("a/b", 201)],
)
def test_names(cloud: Cloud, noun: str, name: Any, status: int) -> None:
    answer = cloud.call("POST", f"/{noun}s", {noun: {"name": name}}, status=status)
    if status == 400:
        assert "name" in answer.json["error"]["message"]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/projects", {"project": {"name": "x", "enabled": "False"}}),
        ("/projects", {"project": {"name": "x", "domain_id": "nowhere"}}),
        ("/projects", {"project": {"name": "x", "parent_id": "nowhere"}}),
        ("/projects", {"project": {"name": "x", "tags": ["a,b"]}}),
        ("/projects", {"project": {"name": "x", "is_domain": True, "domain_id": "default"}}),
        ("/projects", {"project": {"name": "x", "colour": "r" * 9000}}),
        ("/projects", {"project": []}),
        ("/projects", {}),
        ("/projects", []),
        ("/users", {"user": {"name": "x", "domain_id": "nowhere"}}),
        ("/users", {"user": {"name": "x", "password": 3}}),
        ("/users", {"user": {"name": "x", "options": {"unheard_of": True}}}),
        ("/services", {"service": {"name": "x"}}),
        ("/endpoints", {"endpoint": {"interface": "public", "url": "http://x"}}),
        (
            "/endpoints",
            {"endpoint": {"service_id": MISSING, "interface": "public", "url": "http://x"}},
        ),
        ("/regions", {"region": {"parent_region_id": "nowhere"}}),
    ],
)
def test_bad_bodies_change_nothing(cloud: Cloud, path: str, body: Any) -> None:
    before = cloud.call("GET", path).json
    answer = cloud.call("POST", path, body)
    assert answer.status_int in {400, 404}, answer.text
    assert cloud.call("GET", path).json == before


def test_projects_below_projects(cloud: Cloud) -> None:
    top = cloud.make("project", name="top")
    low = cloud.make("project", name="low", parent_id=top["id"])
    assert low["domain_id"] == "default"
    cloud.call("DELETE", f"/projects/{top['id']}", status=403)
    listed = cloud.call("GET", f"/projects?parent_id={top['id']}").json["projects"]
    assert [project["id"] for project in listed] == [low["id"]]
    cloud.call("PATCH", f"/projects/{low['id']}", {"project": {"parent_id": "default"}}, status=403)
    parent = low["id"]
    for number in range(3):
        parent = cloud.make("project", name=f"deep{number}", parent_id=parent)["id"]
    deeper = {"project": {"name": "deepest", "parent_id": parent}}
    cloud.call("POST", "/projects", deeper, status=403)


def test_tags(cloud: Cloud) -> None:
    red = cloud.make("project", name="red", tags=["warm", "loud", "warm"])
    cloud.make("project", name="blue", tags=["cold"])
    assert red["tags"] == ["loud", "warm"]

    def named(query: str) -> list[str]:
        found = cloud.call("GET", f"/projects?{query}").json["projects"]
        return [project["name"] for project in found]

    assert named("tags=warm,loud") == ["red"]
    assert named("tags-any=warm,cold") == ["blue", "red"]
    assert named("not-tags-any=warm,cold") == ["admin", "demo"]
    assert named("not-tags=warm,loud") == ["admin", "blue", "demo"]
    path = f"/projects/{red['id']}/tags"
    cloud.call("PUT", f"{path}/new", status=201)
    cloud.call("HEAD", f"{path}/new", status=204)
    assert cloud.call("GET", path).json["tags"] == ["loud", "new", "warm"]
    cloud.call("DELETE", f"{path}/new", status=204)
    cloud.call("GET", f"{path}/new", status=404)
    assert cloud.call("PUT", path, {"tags": ["b", "a"]}).json["tags"] == ["a", "b"]
    cloud.call("DELETE", path, status=204)
    assert cloud.call("GET", path).json["tags"] == []


def test_a_domain_goes_with_everything_in_it(cloud: Cloud) -> None:
    domain = cloud.make("domain", name="branch")["id"]
    made = {noun: cloud.make(noun, name="x", domain_id=domain)["id"] for noun in NOUNS[:3]}
    cloud.call("PATCH", f"/domains/{domain}", {"domain": {"enabled": False}})
    cloud.call("DELETE", f"/domains/{domain}", status=204)
    for noun, id_ in made.items():
        cloud.call("GET", f"/{noun}s/{id_}", status=404)


def test_domains_are_projects_that_say_so(cloud: Cloud) -> None:
    listed = cloud.call("GET", "/projects?is_domain=true").json["projects"]
    assert [(row["id"], row["domain_id"]) for row in listed] == [("default", None)]
    cloud.call("GET", f"/domains/{cloud.id_of('project', 'demo')}", status=404)
    cloud.call("DELETE", "/projects/default", status=404)


def test_immutable_roles_stay(cloud: Cloud) -> None:
    path = f"/roles/{cloud.id_of('role', 'member')}"
    cloud.call("DELETE", path, status=403)
    cloud.call("PATCH", path, {"role": {"name": "x"}}, status=403)
    cloud.call("PATCH", path, {"role": {"options": {"immutable": False}}}, status=200)
    cloud.call("PATCH", path, {"role": {"description": "x"}}, status=200)


def test_roles_that_bring_roles(cloud: Cloud) -> None:
    chief = cloud.make("role", name="chief")["id"]
    scribe = cloud.make("role", name="scribe")["id"]
    path = f"/roles/{chief}/implies/{scribe}"
    cloud.call("GET", path, status=404)
    rule = cloud.call("PUT", path, status=201).json["role_inference"]
    assert (rule["prior_role"]["name"], rule["implies"]["name"]) == ("chief", "scribe")
    cloud.call("HEAD", path, status=204)
    implied = cloud.call("GET", f"/roles/{chief}/implies").json["role_inference"]["implies"]
    assert [role["name"] for role in implied] == ["scribe"]
    rules = cloud.call("GET", "/role_inferences").json["role_inferences"]
    assert {rule["prior_role"]["name"] for rule in rules} == {"admin", "member", "chief"}
    admin = cloud.id_of("role", "admin")
    cloud.call("PUT", f"/roles/{chief}/implies/{admin}", status=403)
    cloud.user("ann", role="chief")
    names = {role["name"] for role in cloud.log_in("ann").json["token"]["roles"]}
    assert names == {"chief", "scribe"}
    cloud.call("DELETE", path, status=204)
    assert not cloud.valid(cloud.token("ann")) or cloud.tokens.pop("ann")
    assert len(cloud.log_in("ann").json["token"]["roles"]) == 1


def test_a_domains_own_role_gives_no_name(cloud: Cloud) -> None:
    """Whoever may make roles in a domain must not make an `admin` of the cloud."""
    role = cloud.make("role", name="admin", domain_id="default")["id"]
    user, project = cloud.user("ann")
    cloud.call("PUT", f"/projects/{project}/users/{user}/roles/{role}", status=204)
    names = [role["name"] for role in cloud.log_in("ann").json["token"]["roles"]]
    assert names == ["member", "reader"]
