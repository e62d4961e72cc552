"""Logging in: scopes, methods, what is refused, and what a token says."""

from typing import Any

import pytest

from tests.web.golden import differences, exchange
from tests.web.identity.conftest import DEFAULT, TOKENS, Cloud, password_of

DEMO = {"project": {"name": "demo", "domain": {"name": "Default"}}}


def test_a_project_token_has_the_shape_that_clients_know(cloud: Cloud) -> None:
    answer = cloud.log_in("demo", DEMO)
    theirs = exchange("POST /identity/v3/auth/tokens", status=201).answer
    assert differences(theirs, answer.json) == []
    assert answer.headers["Vary"] == "X-Auth-Token"
    assert len(answer.headers["X-Subject-Token"]) < 255
    assert [role["name"] for role in answer.json["token"]["roles"]] == ["member", "reader"]


def test_the_catalog_names_each_service_once_for_each_interface(cloud: Cloud) -> None:
    catalog = cloud.log_in("demo").json["token"]["catalog"]
    assert {(entry["type"], entry["name"]) for entry in catalog} == {
        ("identity", "keystone"),
        ("compute", "nova"),
        ("network", "neutron"),
        ("image", "glance"),
        ("block-storage", "cinder"),
        ("volumev3", "cinderv3"),
    }
    for entry in catalog:
        interfaces = [endpoint["interface"] for endpoint in entry["endpoints"]]
        assert sorted(interfaces) == ["admin", "internal", "public"]


def test_the_catalog_is_left_out_when_nobody_wants_it(cloud: Cloud) -> None:
    who = {"name": "demo", "domain": DEFAULT, "password": cloud.passwords["demo"]}
    answer = cloud.api.call("POST", f"{TOKENS}?nocatalog", password_of(who), token=None)
    assert "catalog" not in answer.json["token"]


@pytest.mark.parametrize(
    ("name", "scope", "key", "value"),
    [
        ("demo", None, "project", "demo"),
        ("demo", {"project": {"name": "demo", "domain": DEFAULT}}, "project", "demo"),
        ("admin", {"system": {"all": True}}, "system", None),
        ("demo", "unscoped", None, None),
    ],
)
def test_scopes(cloud: Cloud, name: str, scope: Any, key: str | None, value: str | None) -> None:
    token = cloud.log_in(name, scope).json["token"]
    assert {"project", "system", "domain"} & set(token) == ({key} if key else set())
    if value:
        assert token[key]["name"] == value
    assert ("catalog" in token) == (key is not None)


def test_a_domain_scope_needs_a_role_on_the_domain(cloud: Cloud) -> None:
    user, _ = cloud.user("keeper")
    cloud.log_in("keeper", {"domain": DEFAULT}, status=401)
    role = cloud.id_of("role", "member")
    cloud.call("PUT", f"/domains/default/users/{user}/roles/{role}", status=204)
    token = cloud.log_in("keeper", {"domain": {"name": "Default"}}).json["token"]
    assert token["domain"] == {"id": "default", "name": "Default"}


@pytest.mark.parametrize(
    "scope",
    [
        {"project": {"name": "admin", "domain": DEFAULT}},
        {"project": {"name": "nothing", "domain": DEFAULT}},
        {"project": {"id": "nothing"}},
        {"project": {"name": "demo", "domain": {"name": "nowhere"}}},
        {"system": {"all": True}},
        {"domain": DEFAULT},
    ],
)
def test_a_scope_without_a_role_there_is_refused_in_one_voice(cloud: Cloud, scope: Any) -> None:
    answer = cloud.log_in("demo", scope, status=401)
    assert answer.json["error"] == {
        "code": 401,
        "title": "Unauthorized",
        "message": "The request you have made requires authentication.",
    }


@pytest.mark.parametrize(
    "user",
    [
        {"name": "demo", "domain": DEFAULT, "password": "wrong"},
        {"name": "nobody", "domain": DEFAULT, "password": "wrong"},
        {"name": "demo", "domain": {"name": "nowhere"}, "password": "wrong"},
        {"id": "0" * 32, "password": "wrong"},
        {"name": "demo", "domain": DEFAULT, "password": ""},
    ],
)
def test_wrong_proofs_are_all_the_same(cloud: Cloud, user: Any) -> None:
    answer = cloud.api.call("POST", TOKENS, password_of(user), token=None, status=401)
    assert answer.json["error"]["message"] == "The request you have made requires authentication."


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({}, "auth"),
        ({"auth": {}}, "identity"),
        ({"auth": {"identity": {"methods": []}}}, "methods"),
        ({"auth": {"identity": {"methods": ["password"]}}}, "password"),
        (password_of({"password": "x"}), "id or name in user"),
        (password_of({"name": "demo", "password": "x"}), "domain in user"),
        (password_of({"name": "demo", "domain": DEFAULT}), "password in user"),
        (password_of({"name": 3, "domain": DEFAULT, "password": "x"}), "name"),
        (
            password_of({"id": "x", "password": "x"}, {"project": {"name": "demo"}}),
            "domain in project",
        ),
        (password_of({"id": "x", "password": "x"}, {"project": {}}), "id or name in project"),
        (password_of({"id": "x", "password": "x"}, "all"), "scope"),
        (password_of({"id": "x", "password": "x"}, {"OS-TRUST:trust": {"id": "x"}}), "Trusts"),
        (password_of({"id": "x", "password": "x"}, None, *["password"] * 9), "methods"),
    ],
)
def test_malformed_logins_say_what_is_missing(cloud: Cloud, body: Any, said: str) -> None:
    answer = cloud.api.call("POST", TOKENS, body, token=None, status=400)
    assert said in answer.json["error"]["message"]


def test_unknown_methods_are_refused(cloud: Cloud) -> None:
    body = {"auth": {"identity": {"methods": ["telepathy"]}}}
    cloud.api.call("POST", TOKENS, body, token=None, status=401)


def by_token(token: str, scope: Any = None) -> dict[str, Any]:
    identity = {"methods": ["token"], "token": {"id": token}}
    return {"auth": {"identity": identity} | ({"scope": scope} if scope else {})}


def test_a_token_buys_another_scope_and_no_more_time(cloud: Cloud) -> None:
    first = cloud.log_in("demo", "unscoped")
    token = first.headers["X-Subject-Token"]
    second = cloud.api.call("POST", TOKENS, by_token(token, DEMO), token=None, status=201)
    one, two = first.json["token"], second.json["token"]
    assert two["project"]["name"] == "demo"
    assert two["expires_at"] <= one["expires_at"]
    assert two["methods"] == ["password", "token"]
    assert two["audit_ids"][1:] == one["audit_ids"]


@pytest.mark.parametrize("token", ["", "gAAAAAwrong", "x" * 5000, "żółw"])
def test_a_bad_token_buys_nothing(cloud: Cloud, token: str) -> None:
    answer = cloud.api.call("POST", TOKENS, by_token(token), token=None)
    assert answer.status_int in {400, 404}


def test_looking_at_a_token(cloud: Cloud) -> None:
    token = cloud.token("demo")
    subject = {"X-Subject-Token": token}
    shown = cloud.call("GET", "/auth/tokens", by="demo", headers=subject, status=200)
    assert shown.headers["X-Subject-Token"] == token
    theirs = exchange("GET /identity/v3/auth/tokens").answer
    assert differences(theirs, shown.json) == []
    cloud.call("HEAD", "/auth/tokens", headers=subject, status=200)
    cloud.call(
        "GET", "/auth/tokens", by="demo", headers={"X-Subject-Token": "nonsense"}, status=404
    )
    others = {"X-Subject-Token": cloud.token("admin")}
    cloud.call("GET", "/auth/tokens", by="demo", headers=others, status=403)
    cloud.call("DELETE", "/auth/tokens", by="demo", headers=others, status=403)
    cloud.call("GET", "/auth/tokens", by="demo", status=400)


def test_a_revoked_token_is_void_at_once(cloud: Cloud) -> None:
    token = str(cloud.log_in("demo").headers["X-Subject-Token"])
    kept = cloud.token("demo")
    assert cloud.valid(token)
    cloud.call("DELETE", "/auth/tokens", headers={"X-Subject-Token": token}, status=204)
    assert not cloud.valid(token)
    assert cloud.valid(kept)
    cloud.call("GET", "/auth/tokens", headers={"X-Subject-Token": token}, status=404)
    cloud.api.call("POST", TOKENS, by_token(token, DEMO), token=None, status=404)


def test_without_a_token_and_with_a_bad_one(cloud: Cloud) -> None:
    for token in (None, "nonsense", "x" * 9000):
        answer = cloud.api.call("GET", "/identity/v3/auth/projects", token=token, status=401)
        assert answer.headers["WWW-Authenticate"].startswith("Keystone uri=")


def test_many_wrong_passwords_have_to_wait(cloud: Cloud) -> None:
    for _ in range(cloud.application.settings.login_failures):
        cloud.log_in("demo", status=401, password="wrong")
    answer = cloud.log_in("demo", status=429)
    assert 0 < int(answer.headers["Retry-After"]) <= cloud.application.settings.login_window
    cloud.log_in("admin")
    body = password_of({"name": "demo", "domain": DEFAULT, "password": cloud.passwords["demo"]})
    forged = {"X-Forwarded-For": "198.51.100.7"}
    cloud.api.call("POST", TOKENS, body, token=None, headers=forged, status=429)


def test_what_a_token_gives_access_to(cloud: Cloud) -> None:
    projects = cloud.call("GET", "/auth/projects", by="demo").json
    assert [project["name"] for project in projects["projects"]] == ["demo"]
    assert projects["links"]["next"] is None
    assert cloud.call("GET", "/auth/domains", by="demo").json["domains"] == []
    assert cloud.call("GET", "/auth/system").json["system"] == [{"all": True}]
    assert cloud.call("GET", "/auth/system", by="demo").json["system"] == []
    assert len(cloud.call("GET", "/auth/catalog", by="demo").json["catalog"]) == 6
