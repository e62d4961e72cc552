"""Arithmetic of addresses."""

from ipaddress import ip_network

import pytest
from hypothesis import given, strategies

from cyclades.domain.model.addresses import (
    Pool,
    addresses_after,
    check_pools,
    default_pools,
    first_host,
    parse_address,
    parse_block,
    pooled,
    slaac_address,
    sort_key,
)
from cyclades.domain.model.errors import InvalidInput

FOUR = strategies.ip_addresses(v=4)
SIX = strategies.ip_addresses(v=6)


@pytest.mark.parametrize(
    ("mac", "address"),
    [
        ("00:00:00:00:00:00", "2001:db8::200:ff:fe00:0"),
        ("02:00:00:00:00:01", "2001:db8::ff:fe00:1"),
        ("aa:0c:de:ff:ee:dd", "2001:db8::a80c:deff:feff:eedd"),
    ],
)
def test_slaac(mac: str, address: str) -> None:
    assert slaac_address("2001:db8::/64", mac) == address


@pytest.mark.parametrize(
    ("cidr", "gateway", "pools"),
    [
        ("10.0.0.0/24", "10.0.0.1", [("10.0.0.2", "10.0.0.254")]),
        ("10.0.0.0/24", None, [("10.0.0.1", "10.0.0.254")]),
        ("10.0.0.0/30", "10.0.0.2", [("10.0.0.1", "10.0.0.1")]),
        ("10.0.0.0/31", "10.0.0.0", [("10.0.0.1", "10.0.0.1")]),
        ("10.0.0.0/32", "10.0.0.0", []),
        ("fd00::/126", "fd00::1", [("fd00::2", "fd00::3")]),
        ("fd00::/64", "fe80::1", [("fd00::1", "fd00::ffff:ffff:ffff:ffff")]),
    ],
)
def test_default_pools(cidr: str, gateway: str | None, pools: list[tuple[str, str]]) -> None:
    assert list(default_pools(ip_network(cidr), gateway)) == [Pool(*pool) for pool in pools]


def test_the_gateway_is_the_first_host() -> None:
    assert first_host(ip_network("10.0.0.0/24")) == "10.0.0.1"
    assert first_host(ip_network("fd00::/64")) == "fd00::1"


@given(strategies.lists(FOUR, min_size=2), strategies.lists(SIX, min_size=2))
def test_keys_sort_as_addresses_do(four: list, six: list) -> None:
    for addresses in (four, six):
        assert sorted(addresses, key=sort_key) == sorted(addresses)


@pytest.mark.parametrize(
    ("cidr", "start", "end", "fine"),
    [
        ("10.0.0.0/24", "10.0.0.1", "10.0.0.254", True),
        ("10.0.0.0/24", "10.0.0.0", "10.0.0.1", False),
        ("10.0.0.0/24", "10.0.0.254", "10.0.0.255", False),
        ("10.0.0.0/31", "10.0.0.0", "10.0.0.1", True),
        ("10.0.0.0/32", "10.0.0.0", "10.0.0.0", True),
        ("fd00::/64", "fd00::1", "fd00::ffff:ffff:ffff:ffff", True),
        ("fd00::/64", "fd00::", "fd00::1", False),
    ],
)
def test_pools_have_hosts_only(cidr: str, start: str, end: str, *, fine: bool) -> None:
    """Neither the network's own address nor broadcast, where a network has them."""
    pools = [Pool(start, end)]
    if fine:
        assert check_pools(ip_network(cidr), pools, None) == tuple(pools)
    else:
        with pytest.raises(InvalidInput):
            check_pools(ip_network(cidr), pools, None)


def test_pools_are_put_in_order() -> None:
    block = ip_network("fd00::/64")
    pools = [Pool("fd00::0:9", "fd00::a"), Pool("fd00::2", "fd00::2")]
    assert check_pools(block, pools, None) == (
        Pool("fd00::2", "fd00::2"),
        Pool("fd00::9", "fd00::a"),
    )


def test_addresses_after() -> None:
    pools = (Pool("10.0.0.1", "10.0.0.2"), Pool("10.0.0.5", "10.0.0.6"))
    for last, expected in (
        (None, ["1", "2", "5", "6"]),
        ("10.0.0.1", ["2", "5", "6"]),
        ("10.0.0.3", ["5", "6"]),
        ("10.0.0.6", []),
    ):
        assert [str(each)[-1] for each in addresses_after(pools, last)] == expected
    assert pooled(pools, "10.0.0.5")
    assert not pooled(pools, "10.0.0.3")


@pytest.mark.parametrize("text", ["", "x", "10.0.0.1/24", "10.0.0", "fe80::1%eth0", "1" * 400])
def test_no_address(text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_address(text, "here")
    assert refused.value.field == "here"
    assert len(str(refused.value)) < 200


@pytest.mark.parametrize("text", ["", "x", "10.0.0.0", "10.0.0.0/33", "fe80::%1/64", "::/x"])
def test_no_block(text: str) -> None:
    with pytest.raises(InvalidInput):
        parse_block(text, "here")


@given(strategies.text())
def test_any_text_is_an_address_or_refused(text: str) -> None:
    for parse in (parse_address, parse_block):
        try:
            parse(text, "here")
        except InvalidInput:
            continue
