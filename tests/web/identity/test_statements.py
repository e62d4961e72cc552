"""How often the database is asked: never to know a caller, and seldom for the rest."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Engine, event

from tests.web.identity.conftest import Cloud


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    """The statements that were sent meanwhile."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        if not statement.startswith(("BEGIN", "SAVEPOINT", "RELEASE", "PRAGMA")):
            sent.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)


def test_a_caller_is_known_without_asking(cloud: Cloud) -> None:
    tokens = [cloud.token("demo"), cloud.token("admin")]
    identity = cloud.application.identity
    identity.caller(tokens[0])
    with counted(cloud.application.engine) as sent:
        for _ in range(100):
            for token in tokens:
                identity.caller(token)
    assert sent == []


def test_a_revocation_costs_the_next_caller_one_statement(cloud: Cloud) -> None:
    token = str(cloud.log_in("demo").headers["X-Subject-Token"])
    cloud.call("DELETE", "/auth/tokens", headers={"X-Subject-Token": token}, status=204)
    kept = cloud.token("demo")
    identity = cloud.application.identity
    with counted(cloud.application.engine) as sent:
        for _ in range(100):
            identity.caller(kept)
    assert len(sent) <= 1


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/users", 1),
        ("/projects", 1),
        ("/groups", 1),
        ("/roles", 1),
        ("/domains", 1),
        ("/services", 1),
        ("/endpoints", 1),
        ("/regions", 1),
        ("/auth/catalog", 2),
        ("/auth/projects", 3),
        ("/role_assignments", 1),
        ("/role_assignments?include_names", 6),
        ("/role_assignments?effective", 4),
    ],
)
def test_lists_cost_the_same_however_long_they_are(cloud: Cloud, path: str, expected: int) -> None:
    for name in ("ann", "bob", "eve"):
        user, project = cloud.user(name)
        group = cloud.make("group", name=name)["id"]
        cloud.call("PUT", f"/groups/{group}/users/{user}")
        role = cloud.id_of("role", "reader")
        cloud.call("PUT", f"/projects/{project}/groups/{group}/roles/{role}", status=204)
    with counted(cloud.application.engine) as sent:
        cloud.call("GET", path, status=200)
    assert len(sent) == expected, sent


def test_nothing_secret_is_logged(cloud: Cloud, capsys: pytest.CaptureFixture[str]) -> None:
    token = cloud.token("demo")
    cloud.log_in("demo", status=401, password="wr0ng-s3cret")
    cloud.call("GET", "/auth/projects", by="demo")
    said = capsys.readouterr()
    assert "/identity/v3/auth/tokens" in said.out + said.err
    for secret in (token, token[:40], cloud.passwords["demo"], "wr0ng-s3cret"):
        assert secret not in said.out + said.err
