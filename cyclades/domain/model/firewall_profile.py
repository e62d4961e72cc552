"""Firewall profiles: sets of rules with a name, that users put on interfaces.

ENABLED: everything goes out, and only answers come in; not even a ping. PROTECTED: the same,
but pings and what the most common services are asked come in too. DISABLED, which is what an
interface has when nobody says otherwise: the profile filters nothing. Operators add their
own, and may say themselves what ENABLED and PROTECTED are.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from cyclades.domain.model.errors import InvalidInput
from cyclades.domain.model.rule_set import Layer, layer_of
from cyclades.domain.model.security_group import ETHERTYPES, SecurityGroupRule
from cyclades.domain.model.security_group_rules import DIRECTIONS, WantedRule, checked

DISABLED, ENABLED, PROTECTED = "DISABLED", "ENABLED", "PROTECTED"
FIELD = "SNF:firewall_profile"
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.ASCII)
ECHO = {"IPv4": ("icmp", 8), "IPv6": ("ipv6-icmp", 128)}  # what a ping is
COMMON = (22, 80, 443, 3389)  # SSH, HTTP, HTTPS, remote desktops


@dataclass(frozen=True, slots=True)
class FirewallProfile:
    """`rules` are in the words of security groups; with `filters` False there are none."""

    name: str
    description: str
    rules: tuple[SecurityGroupRule, ...] = ()
    filters: bool = True

    @property
    def layer(self) -> Layer:
        """What it adds to a rule set, if it filters."""
        return layer_of(self.rules, {})


Profiles = Mapping[str, FirewallProfile]


def chosen(profiles: Profiles, name: str | None) -> str | None:
    """The name as ports keep it: None for none, and for DISABLED. Raises InvalidInput."""
    if name is None or name == DISABLED:
        return None
    if name not in profiles:
        known = ", ".join(profiles)
        raise InvalidInput(f"There is no firewall profile '{name[:64]}', only {known}.", FIELD)
    return name


def shown(name: str | None) -> str:
    """The name as users read it."""
    return name or DISABLED


def read_profiles(text: str) -> Profiles:
    """The built-in profiles, and those of an operator's file. Raises InvalidInput.

    `{"MAIL": {"description": "...", "rules": [{"direction": "ingress", "protocol": "tcp",
    "port_range_min": 25, "port_range_max": 25}]}}`: rules as security groups have them; those
    without an ethertype are for both.
    """
    try:
        said = json.loads(text)
    except ValueError as error:
        raise InvalidInput(f"not JSON: {error}") from error
    if not isinstance(said, dict):
        raise InvalidInput("not an object with profiles by their names")
    return dict(BUILT_IN) | {name: _profile(name, each) for name, each in said.items()}


PROFILE_KEYS: Mapping[str, type] = {"description": str, "rules": list}
RULE_KEYS: Mapping[str, type] = {
    "direction": str,
    "ethertype": str,
    "protocol": str,
    "port_range_min": int,
    "port_range_max": int,
    "remote_ip_prefix": str,
}


def _profile(name: str, said: Any) -> FirewallProfile:
    if not NAME.fullmatch(name) or name == DISABLED:
        raise InvalidInput(f"no profile can be named {name[:64]!r}")
    _check(said, PROFILE_KEYS, name)
    rules: list[SecurityGroupRule] = []
    for place, each in enumerate(said.get("rules", ()), 1):
        rules += _rules(each, f"{name}, rule {place}")
    return FirewallProfile(name, said.get("description", ""), tuple(rules))


def _rules(said: Any, where: str) -> list[SecurityGroupRule]:
    _check(said, RULE_KEYS, where)
    if said.get("direction") not in DIRECTIONS:
        raise InvalidInput(f"{where}: its direction is one of {', '.join(DIRECTIONS)}")
    prefix = said.get("remote_ip_prefix")
    both = ETHERTYPES if prefix is None else ETHERTYPES[":" in prefix :][:1]
    try:
        return [
            _rule(**{"ethertype": ethertype} | said)
            for ethertype in ([said["ethertype"]] if "ethertype" in said else both)
        ]
    except InvalidInput as error:
        raise InvalidInput(f"{where}: {error}") from error


def _check(said: Any, kinds: Mapping[str, type], where: str) -> None:
    if not isinstance(said, dict):
        raise InvalidInput(f"{where}: not an object")
    for key, value in said.items():
        if key not in kinds:
            raise InvalidInput(f"{where}: nothing is called {key!r}, only {', '.join(kinds)}")
        if not isinstance(value, kinds[key]) or isinstance(value, bool):
            raise InvalidInput(f"{where}: {key} cannot be {value!r}")


def _rule(**said: Any) -> SecurityGroupRule:
    return checked(WantedRule("", **said), "", "", None)


def _opens(ethertype: str) -> Iterable[SecurityGroupRule]:
    protocol, kind = ECHO[ethertype]
    yield _rule(direction="ingress", ethertype=ethertype, protocol=protocol, port_range_min=kind)
    for port in COMMON:
        yield _rule(
            direction="ingress",
            ethertype=ethertype,
            protocol="tcp",
            port_range_min=port,
            port_range_max=port,
        )


OUT = tuple(_rule(direction="egress", ethertype=ethertype) for ethertype in ETHERTYPES)
OPENS = tuple(rule for ethertype in ETHERTYPES for rule in _opens(ethertype))
BUILT_IN: Profiles = {
    DISABLED: FirewallProfile(DISABLED, "Nothing is filtered.", filters=False),
    ENABLED: FirewallProfile(
        ENABLED, "Nothing comes in but answers to what the server asked.", OUT
    ),
    PROTECTED: FirewallProfile(
        PROTECTED,
        "Answers come in, and pings, SSH, HTTP, HTTPS and remote desktops.",
        (*OUT, *OPENS),
    ),
}


def fingerprint(profiles: Profiles, *more: str) -> str:
    """Another one as soon as a profile, or something besides, says something else."""
    said = [
        (name, each.filters, [rule.signature for rule in each.rules])
        for name, each in sorted(profiles.items())
    ]
    return hashlib.sha256(json.dumps([said, more]).encode()).hexdigest()[:16]
