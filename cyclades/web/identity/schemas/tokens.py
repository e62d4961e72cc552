"""Bodies of /v3/auth. Source: Identity API reference, "Authentication and token management"."""

from typing import Any

import colander

from cyclades.domain.model.errors import InvalidInput
from cyclades.domain.model.login import Login, Reference, WantedScope
from cyclades.web.schema_types import anything, mapping, sequence, text
from cyclades.web.validation import check

LONGEST_SECRET = 4096


def _optional(name: str, longest: int = 255) -> colander.SchemaNode:
    return text(name, maximum=longest, missing=None, nullable=True)


def _object(name: str, *children: colander.SchemaNode) -> colander.SchemaNode:
    return mapping(name, *children, missing=None, nullable=True, unknown="ignore")


def _reference(name: str, *more: colander.SchemaNode) -> colander.SchemaNode:
    domain = _object("domain", _optional("id"), _optional("name"))
    return _object(name, _optional("id"), _optional("name"), domain, *more)


IDENTITY = mapping(
    "identity",
    sequence("methods", text("method"), minimum=1, maximum=3),
    _object("password", _reference("user", _optional("password", LONGEST_SECRET))),
    _object("token", _optional("id", LONGEST_SECRET)),
    _reference("application_credential", _optional("secret", LONGEST_SECRET), _reference("user")),
    unknown="ignore",
)
LOGIN = mapping(
    "",
    mapping("auth", IDENTITY, anything("scope"), unknown="ignore"),
    unknown="ignore",
)
SCOPE = mapping(
    "scope",
    _reference("project"),
    _object("domain", _optional("id"), _optional("name")),
    _object("system", anything("all")),
    anything("OS-TRUST:trust"),
    unknown="ignore",
)


def missing(what: str, where: str) -> InvalidInput:
    """The body lacks something."""
    return InvalidInput(
        f"Expecting to find {what} in {where}. The server could not comply with the request "
        "since it is either malformed or otherwise incorrect.",
        where,
    )


def login_of(body: Any) -> Login:
    """The attempt that a checked body stands for. Raises InvalidInput."""
    identity = body["auth"]["identity"]
    methods = tuple(dict.fromkeys(identity["methods"]))
    for method in methods:
        if method in identity and identity[method] is None:
            raise missing(method, "identity")
    password = (identity["password"] or {}).get("user") or {}
    token = identity["token"] or {}
    credential = identity["application_credential"] or {}
    user: Reference | None = None
    if "password" in methods:
        user = _named(password, "user")
        _require(password, "password", "user")
    if "token" in methods:
        _require(token, "id", "token")
    if "application_credential" in methods:
        _require(credential, "secret", "application_credential")
        user = user or _owner_of(credential)
    return Login(
        methods=methods,
        user=user or Reference(),
        password=password.get("password") or "",
        token=token.get("id") or "",
        credential=Reference(credential.get("id"), credential.get("name")),
        secret=credential.get("secret") or "",
        scope=scope_of(body["auth"]["scope"]),
    )


def scope_of(scope: Any) -> WantedScope:
    """The scope that was asked for. Raises InvalidInput."""
    if scope is None:
        return WantedScope("default")
    if scope == "unscoped":
        return WantedScope("unscoped")
    asked = check(SCOPE, scope)
    if asked["OS-TRUST:trust"] is not None:
        raise InvalidInput("Trusts are not supported.", "auth.scope")
    kinds = [kind for kind in ("project", "domain", "system") if asked[kind] is not None]
    if len(kinds) != 1:
        if "unscoped" in scope:
            return WantedScope("unscoped")
        raise missing("exactly one of project, domain or system", "scope")
    if kinds[0] == "system":
        if asked["system"]["all"] is not True:
            raise missing("all: true", "system")
        return WantedScope("system")
    if kinds[0] == "domain":
        domain = asked["domain"]
        if domain["id"] is None and domain["name"] is None:
            raise missing("id or name", "domain")
        return WantedScope("domain", Reference(domain["id"], domain["name"]))
    return WantedScope("project", _named(asked["project"], "project"))


def _named(value: dict[str, Any], where: str) -> Reference:
    if value.get("id") is not None:
        return Reference(id=value["id"])
    if value.get("name") is None:
        raise missing("id or name", where)
    domain = value.get("domain") or {}
    if domain.get("id") is None and domain.get("name") is None:
        raise missing("domain", where)
    return Reference(None, value["name"], domain.get("id"), domain.get("name"))


def _owner_of(credential: dict[str, Any]) -> Reference | None:
    if credential["id"] is not None:
        return None
    if credential["name"] is None:
        raise missing("id or name", "application_credential")
    return _named(credential["user"] or {}, "user")


def _require(value: dict[str, Any], name: str, where: str) -> None:
    if value.get(name) is None:
        raise missing(name, where)
