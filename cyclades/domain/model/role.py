"""Roles, who has them where, and which role brings which others."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

ActorKind = Literal["user", "group"]
TargetKind = Literal["project", "domain", "system"]
SYSTEM = "all"  # the one target of kind system


@dataclass(frozen=True, slots=True)
class Role:
    """A name that policies know. An immutable role can be neither changed nor deleted.

    `domain_id` is empty for the roles of the whole cloud.
    """

    id: str
    name: str
    domain_id: str = ""
    description: str | None = None
    immutable: bool = False
    extra: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ImpliedRole:
    """Whoever has the prior role has the implied one too."""

    prior_id: str
    implied_id: str


@dataclass(frozen=True, slots=True)
class Target:
    """Where a role holds."""

    kind: TargetKind
    id: str


@dataclass(frozen=True, slots=True)
class Assignment:
    """An actor has a role on a target, or (`inherited`) on the projects below it."""

    role_id: str
    actor_kind: ActorKind
    actor_id: str
    target_kind: TargetKind
    target_id: str
    inherited: bool = False


def with_implied(role_ids: Iterable[str], rules: Sequence[ImpliedRole]) -> frozenset[str]:
    """These roles and all that they bring, directly or not."""
    found = set(role_ids)
    while more := {rule.implied_id for rule in rules if rule.prior_id in found} - found:
        found |= more
    return frozenset(found)
