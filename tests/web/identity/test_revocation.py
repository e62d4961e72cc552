"""What voids tokens, at once in this process; and what a fresh login gets afterwards."""

from collections.abc import Callable

import pytest

from tests.web.identity.conftest import Cloud

Undo = Callable[[Cloud, str, str], None]


def disable_user(cloud: Cloud, user: str, project: str) -> None:
    cloud.call("PATCH", f"/users/{user}", {"user": {"enabled": False}}, status=200)


def delete_user(cloud: Cloud, user: str, project: str) -> None:
    cloud.call("DELETE", f"/users/{user}", status=204)


def new_password(cloud: Cloud, user: str, project: str) -> None:
    cloud.call("PATCH", f"/users/{user}", {"user": {"password": "another"}}, status=200)


def disable_project(cloud: Cloud, user: str, project: str) -> None:
    cloud.call("PATCH", f"/projects/{project}", {"project": {"enabled": False}}, status=200)


def delete_project(cloud: Cloud, user: str, project: str) -> None:
    cloud.call("DELETE", f"/projects/{project}", status=204)


def remove_role(cloud: Cloud, user: str, project: str) -> None:
    role = cloud.id_of("role", "member")
    cloud.call("DELETE", f"/projects/{project}/users/{user}/roles/{role}", status=204)


@pytest.mark.parametrize(
    "undo",
    [disable_user, delete_user, new_password, disable_project, delete_project, remove_role],
)
def test_it_voids_the_tokens_that_rest_on_it(cloud: Cloud, undo: Undo) -> None:
    user, project = cloud.user("alice")
    cloud.user("bob")
    alice, bob = cloud.token("alice"), cloud.token("bob")
    assert cloud.valid(alice)
    undo(cloud, user, project)
    assert not cloud.valid(alice)
    assert cloud.valid(bob)


def test_it_happens_on_each_database(each_cloud: Cloud) -> None:
    user, project = each_cloud.user("alice")
    token = each_cloud.token("alice")
    assert each_cloud.valid(token)
    remove_role(each_cloud, user, project)
    assert not each_cloud.valid(token)
    each_cloud.log_in("alice", {"project": {"id": project}}, status=401)


def test_a_login_after_it_is_good(cloud: Cloud) -> None:
    user, _ = cloud.user("alice")
    old = cloud.token("alice")
    cloud.call("PATCH", f"/users/{user}", {"user": {"enabled": False}})
    cloud.log_in("alice", status=401)
    cloud.call("PATCH", f"/users/{user}", {"user": {"enabled": True}})
    new = str(cloud.log_in("alice").headers["X-Subject-Token"])
    assert cloud.valid(new)
    assert not cloud.valid(old)


def test_leaving_a_group_takes_its_roles(cloud: Cloud) -> None:
    user, _ = cloud.user("alice")
    project = cloud.make("project", name="shared")["id"]
    group = cloud.make("group", name="team")["id"]
    role = cloud.id_of("role", "member")
    cloud.call("PUT", f"/projects/{project}/groups/{group}/roles/{role}", status=204)
    cloud.log_in("alice", {"project": {"id": project}}, status=401)
    cloud.call("PUT", f"/groups/{group}/users/{user}", status=204)
    token = cloud.token("alice", {"project": {"id": project}})
    assert cloud.valid(token)
    cloud.call("DELETE", f"/groups/{group}/users/{user}", status=204)
    assert not cloud.valid(token)
    cloud.log_in("alice", {"project": {"id": project}}, status=401)


def test_a_group_that_loses_its_role_takes_it_from_its_members(cloud: Cloud) -> None:
    user, _ = cloud.user("alice")
    project = cloud.make("project", name="shared")["id"]
    group = cloud.make("group", name="team")["id"]
    path = f"/projects/{project}/groups/{group}/roles/{cloud.id_of('role', 'member')}"
    cloud.call("PUT", path, status=204)
    cloud.call("PUT", f"/groups/{group}/users/{user}", status=204)
    token = cloud.token("alice", {"project": {"id": project}})
    cloud.call("DELETE", path, status=204)
    assert not cloud.valid(token)


def test_a_disabled_domain_locks_out_its_users_and_projects(cloud: Cloud) -> None:
    domain = cloud.make("domain", name="branch")["id"]
    user, project = cloud.user("alice", domain_id=domain)
    del project
    inside = cloud.make("project", name="inside", domain_id=domain)["id"]
    role = cloud.id_of("role", "member")
    demo = cloud.id_of("user", "demo")
    for who in (user, demo):
        cloud.call("PUT", f"/projects/{inside}/users/{who}/roles/{role}", status=204)
    theirs = str(cloud.log_in("alice", domain={"id": domain}).headers["X-Subject-Token"])
    guest = cloud.token("demo", {"project": {"id": inside}})
    assert cloud.valid(theirs)
    assert cloud.valid(guest)
    cloud.call("PATCH", f"/domains/{domain}", {"domain": {"enabled": False}}, status=200)
    assert not cloud.valid(theirs)
    assert not cloud.valid(guest)
    cloud.log_in("alice", status=401, domain={"id": domain})
    cloud.log_in("demo", {"project": {"id": inside}}, status=401)
    assert cloud.valid(cloud.token("demo"))


def test_a_deleted_role_takes_its_name_out_of_tokens(cloud: Cloud) -> None:
    role = cloud.make("role", name="brewer")["id"]
    user, project = cloud.user("alice", role="brewer")
    del user, project
    token = cloud.token("alice")
    cloud.call("DELETE", f"/roles/{role}", status=204)
    assert not cloud.valid(token)


def test_ones_own_password(cloud: Cloud) -> None:
    user, _ = cloud.user("alice")
    token = cloud.token("alice")
    wrong = {"user": {"original_password": "wrong", "password": "n3w"}}
    cloud.call("POST", f"/users/{user}/password", wrong, by="alice", status=401)
    right = {"user": {"original_password": cloud.passwords["alice"], "password": "n3w"}}
    cloud.call("POST", f"/users/{user}/password", right, by="demo", status=403)
    cloud.call("POST", f"/users/{user}/password", right, by="alice", status=204)
    assert not cloud.valid(token)
    cloud.log_in("alice", status=401)
    cloud.passwords["alice"] = "n3w"
    cloud.log_in("alice")
