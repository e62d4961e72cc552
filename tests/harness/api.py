"""Fixtures: the whole API in this process, with callers who need no identity service.

`api` speaks to it with these tokens: member, reader and admin of one project, other (a
member of another project), and unscoped (no project).
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
import pytest
from webtest import TestApp

from cyclades.domain.model.errors import Unauthenticated
from cyclades.domain.model.identity import Caller
from cyclades.ports.identity import IdentityProvider
from cyclades.settings import Settings

if TYPE_CHECKING:
    from cyclades.bootstrap import Application

PROJECT = "a" * 32
OTHER_PROJECT = "b" * 32
CALLERS = {
    "member": Caller("1" * 32, PROJECT, roles=frozenset({"member", "reader"}), user_name="member"),
    "reader": Caller("2" * 32, PROJECT, roles=frozenset({"reader"}), user_name="reader"),
    "admin": Caller(
        "3" * 32, PROJECT, roles=frozenset({"admin", "member", "reader"}), user_name="admin"
    ),
    "other": Caller("4" * 32, OTHER_PROJECT, roles=frozenset({"member"}), user_name="other"),
    "unscoped": Caller("5" * 32, None, user_name="unscoped"),
}


class KnownCallers(IdentityProvider):
    """Each token is a name in a table."""

    def caller(self, token: str) -> Caller:
        if token not in CALLERS:
            raise Unauthenticated("The request you have made requires authentication.")
        return CALLERS[token]

    def look_again(self) -> None:
        """Nothing is ever revoked."""


class Client(TestApp):
    """A WebTest client that says who it is, and at which microversion, in few words."""

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        token: str | None = "member",
        version: str | None = None,
        status: int | None = None,
        headers: dict[str, str] | None = None,
    ) -> Any:
        """Send JSON (or bytes as they are); any status is fine unless one is asked for.

        `version` is "2.79" or "3.60".
        """
        sent = dict(headers or {})
        if token:
            sent["X-Auth-Token"] = token
        if version:
            service = "volume" if path.startswith("/volume") else "compute"
            sent["OpenStack-API-Version"] = f"{service} {version}"
        if body is None:
            return self.request(path, method=method, headers=sent, status=status or "*")
        sent.setdefault("Content-Type", "application/json")
        raw = body if isinstance(body, bytes) else orjson.dumps(body)
        return self.request(path, method=method, headers=sent, body=raw, status=status or "*")


_apis: list[Any] = []


def client_of(application: "Application") -> Client:
    """A client of the API of this application.

    Declaring all resources takes a second: it is done once, for all applications.
    """
    from cyclades.web.api import make_api  # noqa: PLC0415 - as below

    if not _apis:
        _apis.append(make_api(application))
    api = _apis[0]

    def of_this_application(environ: Any, start_response: Any) -> Any:
        api.registry["cyclades"] = application
        return api(environ, start_response)

    return Client(of_this_application)


@pytest.fixture
def application_maker(tmp_path: Path) -> "Iterator[Callable[..., Application]]":
    """Makes an Application on a database: `application_maker(url, page_size=3)`."""
    # Imported when first needed: pure tests do without the whole application.
    from cyclades.bootstrap import Application  # noqa: PLC0415 - see above
    from tests.harness.statements import learn_together  # noqa: PLC0415 - see above

    made: list[Application] = []

    def make(url: str, **settings: Any) -> Application:
        application = Application(
            Settings(
                database_url=url,
                secret_key_file=tmp_path / "secret.key",
                var_dir=tmp_path,
                image_dir=tmp_path / "images",
                **settings,
            )
        )
        application.identity = KnownCallers()
        learn_together(application)
        made.append(application)
        return application

    yield make
    for application in made:
        application.close()


@pytest.fixture
def application(
    application_maker: "Callable[..., Application]", sqlite_database_url: str
) -> "Application":
    """An Application on SQLite; `application.atomically(...)` prepares what a test needs."""
    return application_maker(sqlite_database_url)


@pytest.fixture
def api(application: "Application") -> Client:
    """The API on SQLite: `api.call("GET", "/compute/v2.1/flavors", version="2.61").json`."""
    return client_of(application)


@pytest.fixture
def each_api(application_maker: "Callable[..., Application]", database_url: str) -> Client:
    """The API on each kind of database."""
    return client_of(application_maker(database_url))
