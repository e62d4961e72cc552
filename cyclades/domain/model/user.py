"""Users and groups of users."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class User:
    """A person or a program that logs in.

    `password_hash` is empty for users who cannot log in by password.
    """

    id: str
    name: str
    domain_id: str
    password_hash: str = field(default="", repr=False)
    enabled: bool = True
    default_project_id: str | None = None
    extra: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Group:
    """Users who are given roles together."""

    id: str
    name: str
    domain_id: str
    description: str = ""
    extra: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Membership:
    """A user is in a group."""

    group_id: str
    user_id: str
