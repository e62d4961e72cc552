"""Programs' own secrets: made, used, limited, removed."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.web.identity.conftest import TOKENS, Cloud


def create(cloud: Cloud, *, by: str = "demo", status: int = 201, **values: Any) -> Any:
    user = cloud.id_of("user", "demo")
    body = {"application_credential": {"name": "robot", **values}}
    return cloud.call(
        "POST", f"/users/{user}/application_credentials", body, by=by, status=status
    ).json


def use(cloud: Cloud, *, status: int = 201, scope: Any = None, **proof: Any) -> Any:
    identity = {"methods": ["application_credential"], "application_credential": proof}
    body = {"auth": {"identity": identity} | ({"scope": scope} if scope else {})}
    return cloud.api.call("POST", TOKENS, body, token=None, status=status)


def test_it_logs_in_to_its_project_with_its_roles(cloud: Cloud) -> None:
    made = create(cloud, roles=[{"name": "reader"}])["application_credential"]
    token = use(cloud, id=made["id"], secret=made["secret"]).json["token"]
    assert token["project"]["name"] == "demo"
    assert [role["name"] for role in token["roles"]] == ["reader"]
    assert token["application_credential"]["restricted"] is True
    by_name: dict[str, Any] = {
        "name": "robot",
        "user": {"name": "demo", "domain": {"id": "default"}},
    }
    use(cloud, secret=made["secret"], **by_name)
    use(cloud, id=made["id"], secret="wrong", status=401)
    use(cloud, id="missing", secret="wrong", status=401)
    use(cloud, id=made["id"], secret=made["secret"], scope={"system": {"all": True}}, status=403)


def test_the_secret_is_shown_once_and_kept_nowhere(cloud: Cloud) -> None:
    made = create(cloud, secret="c4nary-s3cret")["application_credential"]
    assert made["secret"] == "c4nary-s3cret"
    path = f"/users/{made['user_id']}/application_credentials"
    assert "c4nary" not in cloud.call("GET", f"{path}/{made['id']}", by="demo").text
    assert "c4nary" not in cloud.call("GET", path, by="demo").text
    url = cloud.application.settings.database_url
    database = Path(url.removeprefix("sqlite:///"))
    raw = b"".join(path.read_bytes() for path in database.parent.glob(f"{database.name}*"))
    assert made["id"].encode() in raw
    assert b"c4nary" not in raw
    assert cloud.passwords["demo"].encode() not in raw


def test_removing_it_voids_its_tokens(cloud: Cloud) -> None:
    made = create(cloud)["application_credential"]
    token = use(cloud, id=made["id"], secret=made["secret"]).headers["X-Subject-Token"]
    assert len(token) < 255
    assert cloud.valid(token)
    path = f"/users/{made['user_id']}/application_credentials/{made['id']}"
    cloud.call("DELETE", path, by="demo", status=204)
    assert not cloud.valid(token)
    assert cloud.valid(cloud.token("demo"))
    use(cloud, id=made["id"], secret=made["secret"], status=401)
    cloud.call("GET", path, by="demo", status=404)


def test_a_restricted_one_makes_no_more(cloud: Cloud) -> None:
    made = create(cloud)["application_credential"]
    token = use(cloud, id=made["id"], secret=made["secret"]).headers["X-Subject-Token"]
    cloud.tokens["robot"] = token
    create(cloud, by="robot", name="second", status=403)
    free = create(cloud, name="free", unrestricted=True)["application_credential"]
    answer = use(cloud, id=free["id"], secret=free["secret"])
    cloud.tokens["free"] = answer.headers["X-Subject-Token"]
    create(cloud, by="free", name="third")


def test_a_token_of_one_does_not_leave_its_limits(cloud: Cloud) -> None:
    made = create(cloud, roles=[{"name": "reader"}])["application_credential"]
    token = use(cloud, id=made["id"], secret=made["secret"]).headers["X-Subject-Token"]
    identity = {"methods": ["token"], "token": {"id": token}}
    again = cloud.api.call("POST", TOKENS, {"auth": {"identity": identity}}, token=None, status=201)
    assert [role["name"] for role in again.json["token"]["roles"]] == ["reader"]
    body = {"auth": {"identity": identity, "scope": "unscoped"}}
    cloud.api.call("POST", TOKENS, body, token=None, status=403)


def test_it_loses_what_its_user_loses(cloud: Cloud) -> None:
    made = create(cloud)["application_credential"]
    project, role = made["project_id"], cloud.id_of("role", "member")
    cloud.call("DELETE", f"/projects/{project}/users/{made['user_id']}/roles/{role}", status=204)
    use(cloud, id=made["id"], secret=made["secret"], status=401)


@pytest.mark.parametrize(
    "values",
    [
        {"roles": [{"name": "admin"}]},
        {"roles": [{"id": "missing"}]},
        {"expires_at": "2001-01-01T00:00:00"},
        {"expires_at": "tomorrow"},
        {"access_rules": [{"path": "/x", "method": "GET", "service": "compute"}]},
        {"name": ""},
    ],
)
def test_bad_ones_are_refused(cloud: Cloud, values: Any) -> None:
    create(cloud, status=400, **values)


def test_it_expires(cloud: Cloud) -> None:
    soon = cloud.application.clock.now() + timedelta(hours=1)
    made = create(cloud, expires_at=soon.isoformat())["application_credential"]
    token = use(cloud, id=made["id"], secret=made["secret"]).json["token"]
    assert token["expires_at"] <= made["expires_at"] + "Z"


def test_names_are_unique_and_the_owner_makes_them(cloud: Cloud) -> None:
    create(cloud)
    create(cloud, status=409)
    create(cloud, by="admin", name="x", status=403)
