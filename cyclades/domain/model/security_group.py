"""Security groups: what may reach a port, as its owner wrote it down.

A project's `default` group has ids that follow from the project's id, so that it can be
shown before it was ever stored.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from cyclades.domain.model.addresses import parse_block
from cyclades.domain.model.ip_protocols import number_of

DEFAULT_NAME = "default"
DEFAULT_DESCRIPTION = "Default security group"
NAMESPACE = UUID("6c1d3a0e-5b0f-5f63-9f5e-2a7d9c8b4e10")
ETHERTYPES = ("IPv4", "IPv6")


@dataclass(frozen=True, slots=True)
class SecurityGroupRule:
    """None means any; `created` is None while a default group is not yet stored."""

    id: str
    project_id: str
    security_group_id: str
    direction: str
    ethertype: str
    protocol: str | None
    port_range_min: int | None
    port_range_max: int | None
    remote_ip_prefix: str | None
    remote_group_id: str | None
    description: str
    created: datetime | None
    updated: datetime | None
    version: int

    @property
    def of_default_group(self) -> bool:
        """Its group is the project's default one."""
        return self.security_group_id == default_group_id(self.project_id)

    @property
    def normalized_cidr(self) -> str | None:
        """The prefix with its host bits cleared."""
        prefix = self.remote_ip_prefix
        return None if prefix is None else str(parse_block(prefix, "remote_ip_prefix"))

    @property
    def signature(self) -> str:
        """Equal for rules that say the same."""
        return "|".join(
            "" if value is None else str(value)
            for value in (
                self.direction,
                self.ethertype,
                None if self.protocol is None else number_of(self.protocol),
                self.port_range_min,
                self.port_range_max,
                self.normalized_cidr,
                self.remote_group_id,
            )
        )


@dataclass(frozen=True, slots=True)
class SecurityGroup:
    """`is_default`: the one that ports get when nobody names any."""

    id: str
    project_id: str
    name: str
    description: str
    stateful: bool
    is_default: bool
    tags: tuple[str, ...]
    created: datetime | None
    updated: datetime | None
    version: int
    rules: tuple[SecurityGroupRule, ...] = ()


def default_group_id(project_id: str) -> str:
    """The id that the project's default group has or will have."""
    return str(uuid5(NAMESPACE, project_id))


def default_group(project_id: str, now: datetime | None) -> SecurityGroup:
    """The group that a project starts with: out anywhere, in from its own members."""
    group_id = default_group_id(project_id)
    rules = [
        open_rule(
            str(uuid5(NAMESPACE, f"{group_id} {direction} {ethertype}")),
            group_id,
            project_id,
            direction,
            ethertype,
            now,
        )
        for direction in ("egress", "ingress")
        for ethertype in ETHERTYPES
    ]
    return SecurityGroup(
        group_id,
        project_id,
        DEFAULT_NAME,
        DEFAULT_DESCRIPTION,
        stateful=True,
        is_default=True,
        tags=(),
        created=now,
        updated=now,
        version=1,
        rules=tuple(rules),
    )


def open_rule(
    rule_id: str,
    group_id: str,
    project_id: str,
    direction: str,
    ethertype: str,
    now: datetime | None,
) -> SecurityGroupRule:
    """Everything out; or in, from the group's own members."""
    return SecurityGroupRule(
        rule_id,
        project_id,
        group_id,
        direction,
        ethertype,
        protocol=None,
        port_range_min=None,
        port_range_max=None,
        remote_ip_prefix=None,
        remote_group_id=group_id if direction == "ingress" else None,
        description="",
        created=now,
        updated=now,
        version=0,
    )
