"""Tokens: what they claim, and which changes make them void."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from cyclades.domain.model.identity import Caller

METHODS = ("password", "token", "application_credential")

ScopeKind = Literal["unscoped", "project", "domain", "system"]
RevocationKind = Literal[
    "token", "user", "project", "domain", "grant", "role", "application_credential"
]
RevocationKey = tuple[RevocationKind, str]


@dataclass(frozen=True, slots=True)
class TokenScope:
    """Where the token's roles hold. `domain_id` is the project's domain."""

    kind: ScopeKind
    id: str = ""
    domain_id: str = ""


UNSCOPED = TokenScope("unscoped")


@dataclass(frozen=True, slots=True)
class Claims:
    """What a token says. Roles are names.

    `epoch` is the number of the newest revocation when the token was made: those with
    higher numbers apply to it. No clock is asked which came first. `audit_ids` holds the
    token's own name and, if it was made from another token, that one's.
    """

    user_id: str
    user_domain_id: str
    methods: tuple[str, ...]
    scope: TokenScope
    roles: tuple[str, ...]
    issued: datetime
    expires: datetime
    audit_ids: tuple[str, ...]
    epoch: int
    application_credential_id: str | None = None


@dataclass(frozen=True, slots=True)
class Revocation:
    """Tokens that match and have a lower epoch are void. Subjects are ids (roles: names)."""

    seq: int
    kind: RevocationKind
    subject: str


def grant_subject(user_id: str, target_id: str) -> str:
    """How a revocation names "this user on that project, domain or system"."""
    return f"{user_id}@{target_id}"


def revocation_keys(claims: Claims) -> Iterator[RevocationKey]:
    """Every (kind, subject) whose revocation voids this token."""
    yield "token", claims.audit_ids[0]
    yield "user", claims.user_id
    yield "domain", claims.user_domain_id
    scope = claims.scope
    if scope.kind != "unscoped":
        yield "grant", grant_subject(claims.user_id, scope.id)
    if scope.kind == "project":
        yield "project", scope.id
        yield "domain", scope.domain_id
    if scope.kind == "domain":
        yield "domain", scope.id
    if claims.application_credential_id:
        yield "application_credential", claims.application_credential_id
    for role in claims.roles:
        yield "role", role


def caller_of(claims: Claims) -> Caller:
    """The caller who shows this token."""
    scope = claims.scope
    return Caller(
        user_id=claims.user_id,
        project_id=scope.id if scope.kind == "project" else None,
        domain_id=scope.id if scope.kind == "domain" else None,
        roles=frozenset(claims.roles),
        user_domain_id=claims.user_domain_id,
        expires=claims.expires,
        audit_id=claims.audit_ids[0],
        methods=claims.methods,
        application_credential_id=claims.application_credential_id,
        project_domain_id=scope.domain_id if scope.kind == "project" else None,
        system=scope.kind == "system",
    )
