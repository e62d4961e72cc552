"""Logging in: what a client shows, and the scope it asks for."""

from dataclasses import dataclass, field
from typing import Literal

from cyclades.domain.model.application_credential import ApplicationCredential
from cyclades.domain.model.project import Project
from cyclades.domain.model.role import Role
from cyclades.domain.model.token import Claims
from cyclades.domain.model.user import User


@dataclass(frozen=True, slots=True)
class Reference:
    """An object by id, or by name in a domain (itself by id or name)."""

    id: str | None = None
    name: str | None = None
    domain_id: str | None = None
    domain_name: str | None = None


@dataclass(frozen=True, slots=True)
class WantedScope:
    """`default` is the user's own default project, or no scope."""

    kind: Literal["default", "unscoped", "project", "domain", "system"] = "default"
    reference: Reference = field(default_factory=Reference)


@dataclass(frozen=True, slots=True)
class Login:
    """One attempt. `user` may be empty when an application credential is named by its id."""

    methods: tuple[str, ...]
    user: Reference = field(default_factory=Reference)
    password: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    credential: Reference = field(default_factory=Reference)
    secret: str = field(default="", repr=False)
    scope: WantedScope = field(default_factory=WantedScope)


@dataclass(frozen=True, slots=True)
class TokenDetails:
    """Claims with the objects that they name, as clients read them."""

    claims: Claims
    user: User
    user_domain: Project
    target: Project | None
    target_domain: Project | None
    roles: tuple[Role, ...]
    credential: ApplicationCredential | None
