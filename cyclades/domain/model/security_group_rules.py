"""What a security group's rule may say."""

from dataclasses import dataclass
from datetime import datetime

from cyclades.domain.model.addresses import parse_block
from cyclades.domain.model.ip_protocols import (
    NUMBERS,
    OF_IPV6,
    WITH_PORTS,
    WITH_TYPES,
    number_of,
)
from cyclades.domain.model.security_group import ETHERTYPES, SecurityGroupRule
from cyclades.domain.model.security_group_errors import (
    SecurityGroupEthertypeConflictWithProtocol,
    SecurityGroupInvalidIcmpValue,
    SecurityGroupInvalidPortRange,
    SecurityGroupInvalidPortValue,
    SecurityGroupInvalidProtocolForPort,
    SecurityGroupMissingIcmpType,
    SecurityGroupProtocolRequiredWithPorts,
    SecurityGroupRemoteGroupAndRemoteIpPrefix,
    SecurityGroupRuleInvalidEtherType,
    SecurityGroupRuleInvalidProtocol,
    SecurityGroupRuleParameterConflict,
)

DIRECTIONS = ("ingress", "egress")
ANY = frozenset({"any", "-1", "0"})
MAX_NUMBER = 255
LARGEST_PORT = 65535


@dataclass(frozen=True, slots=True)
class WantedRule:
    """What somebody asks for; None means any."""

    security_group_id: str
    direction: str
    ethertype: str = "IPv4"
    protocol: str | None = None
    port_range_min: int | None = None
    port_range_max: int | None = None
    remote_ip_prefix: str | None = None
    remote_group_id: str | None = None
    description: str = ""


def checked(
    wanted: WantedRule, rule_id: str, project_id: str, now: datetime | None
) -> SecurityGroupRule:
    """The rule as we keep it. Raises InvalidInput."""
    ethertype = {each.lower(): each for each in ETHERTYPES}.get(wanted.ethertype.lower())
    if ethertype is None:
        raise SecurityGroupRuleInvalidEtherType(
            f"Invalid ethertype '{wanted.ethertype[:20]}'; it is IPv4 or IPv6.", "ethertype"
        )
    if wanted.remote_ip_prefix and wanted.remote_group_id:
        raise SecurityGroupRemoteGroupAndRemoteIpPrefix(
            "Only remote_ip_prefix or remote_group_id may be provided."
        )
    protocol = _protocol(wanted.protocol)
    number = None if protocol is None else number_of(protocol)
    if number in OF_IPV6 and ethertype == "IPv4":
        raise SecurityGroupEthertypeConflictWithProtocol(
            f"Invalid ethertype {ethertype} for protocol {protocol}.", "ethertype"
        )
    _check_numbers(number, protocol, wanted.port_range_min, wanted.port_range_max)
    return SecurityGroupRule(
        rule_id,
        project_id,
        wanted.security_group_id,
        wanted.direction,
        ethertype,
        protocol,
        wanted.port_range_min,
        wanted.port_range_max,
        _prefix(wanted.remote_ip_prefix, ethertype),
        wanted.remote_group_id,
        wanted.description,
        now,
        now,
        0,
    )


def _protocol(said: str | None) -> str | None:
    if said is None or said.lower() in ANY:
        return None
    name = said.lower()
    if name in NUMBERS:
        return name
    if name.isascii() and name.isdigit() and int(name[:9]) <= MAX_NUMBER:
        return str(int(name))
    raise SecurityGroupRuleInvalidProtocol(
        f"Security group rule protocol '{said[:40]}' not supported.", "protocol"
    )


def _check_numbers(
    number: int | None, protocol: str | None, first: int | None, last: int | None
) -> None:
    for value in (first, last):
        if value is not None and not 0 <= value <= LARGEST_PORT:
            raise SecurityGroupInvalidPortValue(f"Invalid value for port {value}.")
    if first is None and last is None:
        return
    if number in WITH_TYPES:
        _check_types(first, last)
        return
    if number is None:
        raise SecurityGroupProtocolRequiredWithPorts(
            "Must also specify protocol if port range is given.", "protocol"
        )
    if number not in WITH_PORTS:
        raise SecurityGroupInvalidProtocolForPort(
            f"Protocol '{protocol}' has no port range.", "port_range_min"
        )
    if first is None or last is None or first > last:
        raise SecurityGroupInvalidPortRange(
            "For TCP/UDP protocols, port_range_min must be <= port_range_max, and both are given.",
            "port_range_min",
        )


def _check_types(kind: int | None, code: int | None) -> None:
    if kind is None:
        raise SecurityGroupMissingIcmpType(
            f"ICMP code (port-range-max) {code} is provided but ICMP type (port-range-min) is "
            "missing.",
            "port_range_min",
        )
    for word, field, value in (("type", "min", kind), ("code", "max", code)):
        if value is not None and value > MAX_NUMBER:
            raise SecurityGroupInvalidIcmpValue(
                f"Invalid value for ICMP {word} (port-range-{field}) {value}. "
                f"It must be 0 to {MAX_NUMBER}.",
                f"port_range_{field}",
            )


def _prefix(said: str | None, ethertype: str) -> str | None:
    if said is None:
        return None
    text = said if "/" in said else f"{said}/{128 if ':' in said else 32}"
    block = parse_block(text, "remote_ip_prefix")
    if f"IPv{block.version}" != ethertype:
        raise SecurityGroupRuleParameterConflict(
            f"Conflicting value ethertype {ethertype} for CIDR {said[:64]}.", "remote_ip_prefix"
        )
    return text
