"""Firewall profiles: what comes with them, and what operators write."""

import json
from pathlib import Path
from typing import Any

import pytest

from cyclades.domain.model.errors import InvalidInput
from cyclades.domain.model.firewall_profile import (
    BUILT_IN,
    chosen,
    fingerprint,
    read_profiles,
    shown,
)
from cyclades.domain.model.rule_set import Rule
from cyclades.settings import BadSettings, Settings

OUT = (Rule("egress", 4), Rule("egress", 6))
MAIL = {
    "description": "A mail server.",
    "rules": [
        {"direction": "egress"},
        {
            "direction": "ingress",
            "protocol": "tcp",
            "port_range_min": 25,
            "port_range_max": 25,
            "remote_ip_prefix": "192.0.2.0/24",
        },
        {"direction": "ingress", "ethertype": "IPv6", "protocol": "ipv6-icmp"},
    ],
}


def test_the_built_in_ones() -> None:
    assert [(each.name, each.filters) for each in BUILT_IN.values()] == [
        ("DISABLED", False),
        ("ENABLED", True),
        ("PROTECTED", True),
    ]
    assert BUILT_IN["ENABLED"].layer == OUT
    added = set(BUILT_IN["PROTECTED"].layer) - set(OUT)
    assert added == {
        Rule("ingress", 4, "icmp", (8, None)),
        Rule("ingress", 6, "ipv6-icmp", (128, None)),
        *(Rule("ingress", v, "tcp", (p, p)) for v in (4, 6) for p in (22, 80, 443, 3389)),
    }


def test_operators_add_theirs_and_change_ours() -> None:
    mine = read_profiles(json.dumps({"MAIL": MAIL, "ENABLED": {}}))
    assert list(mine) == ["DISABLED", "ENABLED", "PROTECTED", "MAIL"]
    assert mine["ENABLED"].layer == ()
    assert mine["MAIL"].description == "A mail server."
    assert mine["MAIL"].layer == (
        *OUT,
        Rule("ingress", 4, "tcp", (25, 25), ("192.0.2.0/24",)),
        Rule("ingress", 6, "ipv6-icmp"),
    )
    assert len({fingerprint(each) for each in (BUILT_IN, mine, read_profiles("{}"))}) == 2


@pytest.mark.parametrize(
    ("said", "where"),
    [
        ("[]", "profiles by their names"),
        ("{", "not JSON"),
        ({"DISABLED": {}}, "DISABLED"),
        ({"a b": {}}, "a b"),
        ({"": {}}, "named"),
        ({"A": []}, "A: not an object"),
        ({"A": {"rule": []}}, "A: nothing is called 'rule'"),
        ({"A": {"rules": {}}}, "A: rules cannot be"),
        ({"A": {"description": 1}}, "A: description cannot be"),
        ({"A": {"rules": [1]}}, "A, rule 1: not an object"),
        ({"A": {"rules": [{}]}}, "A, rule 1: its direction"),
        ({"A": {"rules": [MAIL["rules"][0], {"direction": "up"}]}}, "A, rule 2: its direction"),
        ({"A": {"rules": [{"direction": "ingress", "port": 1}]}}, "nothing is called 'port'"),
        ({"A": {"rules": [{"direction": "ingress", "protocol": "x"}]}}, "protocol 'x'"),
        ({"A": {"rules": [{"direction": "ingress", "port_range_min": True}]}}, "cannot be True"),
        ({"A": {"rules": [{"direction": "ingress", "port_range_min": 1}]}}, "specify protocol"),
        ({"A": {"rules": [{"direction": "ingress", "remote_ip_prefix": "x"}]}}, "IP subnet"),
    ],
)
def test_what_cannot_be_meant_says_where(said: Any, where: str, tmp_path: Path) -> None:
    text = said if isinstance(said, str) else json.dumps(said)
    with pytest.raises(InvalidInput, match=where):
        read_profiles(text)
    path = tmp_path / "profiles.json"
    path.write_text(text)
    with pytest.raises(BadSettings, match=where) as refused:
        Settings.from_ini({"cyclades.firewall_profiles": str(path)})
    assert str(path) in str(refused.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match=r"firewall_profiles: .*nowhere"):
        Settings.from_ini({"cyclades.firewall_profiles": str(tmp_path / "nowhere")})


def test_ports_keep_a_name_or_nothing() -> None:
    assert [chosen(BUILT_IN, name) for name in (None, "DISABLED", "ENABLED")] == [
        None,
        None,
        "ENABLED",
    ]
    with pytest.raises(InvalidInput, match="only DISABLED, ENABLED, PROTECTED"):
        chosen(BUILT_IN, "enabled")
    assert [shown(None), shown("PROTECTED")] == ["DISABLED", "PROTECTED"]
