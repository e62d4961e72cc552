"""Fixtures: the API with its own identity service, its first users, and an administrator."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from cyclades.bootstrap import Application
from tests.harness.api import Client, client_of

TOKENS = "/identity/v3/auth/tokens"
CHEAP = {"password_passes": 1, "password_memory": 64}
DEFAULT = {"id": "default"}


def password_of(user: dict[str, Any], scope: Any = None, *methods: str) -> dict[str, Any]:
    """The body of a login by password."""
    identity = {"methods": list(methods or ["password"]), "password": {"user": user}}
    return {"auth": {"identity": identity} | ({"scope": scope} if scope else {})}


@dataclass
class Cloud:
    """One installation and what its clients know."""

    application: Application
    api: Client
    passwords: dict[str, str]
    tokens: dict[str, str] = field(default_factory=dict)

    def log_in(self, name: str, scope: Any = None, *, status: int = 201, **user: Any) -> Any:
        """Log in by name; the answer."""
        who = {"name": name, "domain": DEFAULT, "password": self.passwords.get(name), **user}
        return self.api.call("POST", TOKENS, password_of(who, scope), token=None, status=status)

    def token(self, name: str, scope: Any = None) -> str:
        """A token of the user's default project, or of a scope."""
        if scope:
            return str(self.log_in(name, scope).headers["X-Subject-Token"])
        if name not in self.tokens:
            self.tokens[name] = str(self.log_in(name).headers["X-Subject-Token"])
        return self.tokens[name]

    def call(
        self, method: str, path: str, body: Any = None, *, by: str = "admin", **more: Any
    ) -> Any:
        """As a user whom we know, below /identity/v3."""
        return self.api.call(method, f"/identity/v3{path}", body, token=self.token(by), **more)

    def make(self, noun: str, *, by: str = "admin", **values: Any) -> dict[str, Any]:
        """POST one; the record."""
        answer = self.call("POST", f"/{noun}s", {noun: values}, by=by, status=201)
        made: dict[str, Any] = answer.json[noun]
        return made

    def id_of(self, noun: str, name: str) -> str:
        """The id of a record by its name."""
        [found] = self.call("GET", f"/{noun}s?name={name}").json[f"{noun}s"]
        return str(found["id"])

    def valid(self, token: str) -> bool:
        """Whether any service would let this token in."""
        return bool(
            self.api.call("GET", "/identity/v3/auth/projects", token=token).status_int == 200
        )

    def user(self, name: str, *, role: str = "member", **values: Any) -> tuple[str, str]:
        """A new user with a role on a new project of the same name; both ids."""
        project = self.make("project", name=name)["id"]
        self.passwords[name] = f"{name}-s3cret"
        values = {"default_project_id": project, "password": self.passwords[name], **values}
        user = self.make("user", name=name, **values)["id"]
        path = f"/projects/{project}/users/{user}/roles/{self.id_of('role', role)}"
        self.call("PUT", path, status=204)
        return user, project


def cloud_of(application: Application) -> Cloud:
    """An installation after its first run, with its own identity service."""
    application.__dict__.pop("identity", None)  # the harness's
    made = application.atomically(lambda unit: unit.identity_bootstrap.ensure_first_run())
    return Cloud(application, client_of(application), made)


@pytest.fixture
def cloud(application_maker: Callable[..., Application], sqlite_database_url: str) -> Cloud:
    """After its first run, on SQLite."""
    return cloud_of(application_maker(sqlite_database_url, **CHEAP))


@pytest.fixture
def each_cloud(application_maker: Callable[..., Application], database_url: str) -> Cloud:
    """After its first run, on each kind of database."""
    return cloud_of(application_maker(database_url, **CHEAP))
