"""Arithmetic of addresses: ranges, pools, default gateways, SLAAC."""

from collections.abc import Iterator, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from itertools import pairwise
from typing import NamedTuple

from cyclades.domain.model.errors import InvalidInput
from cyclades.domain.model.network_errors import GatewayConflictWithAllocationPools

Address = IPv4Address | IPv6Address
Block = IPv4Network | IPv6Network
SLAAC_PREFIX = 64
POINT_TO_POINT_HOSTS = 2


class Pool(NamedTuple):
    """A range of addresses that may be given out, both ends included."""

    start: str
    end: str


def parse_address(text: str, field: str) -> Address:
    """An address without a zone. Raises InvalidInput naming the field."""
    try:
        found = ip_address(text)
    except ValueError:
        found = None
    if found is None or getattr(found, "scope_id", None):
        raise InvalidInput(
            f"Invalid input for {field}. Reason: '{text[:64]}' is not a valid IP address.", field
        )
    return found


def parse_block(text: str, field: str) -> Block:
    """A CIDR, its host bits cleared. Raises InvalidInput naming the field."""
    try:
        return ip_network(text if "/" in text and "%" not in text else "", strict=False)
    except ValueError as error:
        raise InvalidInput(
            f"Invalid input for {field}. Reason: '{text[:64]}' is not a valid IP subnet.", field
        ) from error


def sort_key(address: Address) -> str:
    """Text that sorts as addresses of one version do."""
    return f"{int(address):0{address.max_prefixlen // 4}x}"


def usable(block: Block) -> tuple[Address, Address]:
    """First and last address that hosts may have."""
    if block.num_addresses <= POINT_TO_POINT_HOSTS:
        return block[0], block[-1]
    return block[1], (block[-2] if block.version == 4 else block[-1])  # noqa: PLR2004 - IPv4


def first_host(block: Block) -> str:
    """The gateway when nobody says otherwise."""
    return str(usable(block)[0])


def default_pools(block: Block, gateway: str | None) -> tuple[Pool, ...]:
    """All usable addresses but the gateway's."""
    first, last = usable(block)
    taken = ip_address(gateway) if gateway else None
    if taken is None or not first <= taken <= last:  # type: ignore[operator] # one version
        return (Pool(str(first), str(last)),)
    pools = []
    if taken > first:  # type: ignore[operator] # one version
        pools.append(Pool(str(first), str(taken - 1)))
    if taken < last:  # type: ignore[operator] # one version
        pools.append(Pool(str(taken + 1), str(last)))
    return tuple(pools)


def check_pools(block: Block, pools: Sequence[Pool], gateway: str | None) -> tuple[Pool, ...]:
    """The pools in order. Raises InvalidInput when they leave the subnet, meet, or are empty."""
    field = "allocation_pools"
    lowest, highest = map(int, usable(block))
    ranges = []
    for pool in pools:
        start, end = parse_address(pool.start, field), parse_address(pool.end, field)
        inside = start in block and end in block
        # Nor do the network's own address and the broadcast address belong to a host.
        if not inside or int(start) < lowest or int(end) > highest:
            raise InvalidInput(
                f"The allocation pool {pool.start}-{pool.end} spans beyond the subnet "
                f"cidr {block}.",
                field,
            )
        if int(start) > int(end):
            raise InvalidInput(f"The allocation pool {pool.start}-{pool.end} is not valid.", field)
        ranges.append((int(start), int(end), Pool(str(start), str(end))))
    ranges.sort()
    for (_, end_before, before), (start_after, _, after) in pairwise(ranges):
        if start_after <= end_before:
            raise InvalidInput(
                f"Found overlapping allocation pools: {before.start}-{before.end}, "
                f"{after.start}-{after.end} for subnet {block}.",
                field,
            )
    ordered = tuple(pool for _, _, pool in ranges)
    if gateway and pooled(ordered, gateway):
        raise GatewayConflictWithAllocationPools(
            f"Gateway ip {gateway} conflicts with an allocation pool."
        )
    return ordered


def pooled(pools: Sequence[Pool], address: str) -> bool:
    """Whether a pool has the address."""
    number = int(ip_address(address))
    return any(int(ip_address(p.start)) <= number <= int(ip_address(p.end)) for p in pools)


def addresses_after(pools: Sequence[Pool], last: str | None) -> Iterator[Address]:
    """The pools' addresses in order, after `last` (None: from the start)."""
    floor = -1 if last is None else int(ip_address(last))
    for pool in pools:
        first = ip_address(pool.start)
        final = int(ip_address(pool.end))
        for number in range(max(int(first), floor + 1), final + 1):
            yield type(first)(number)


def slaac_address(cidr: str, mac: str) -> str:
    """What a guest with this MAC address makes of the prefix (RFC 4291, modified EUI-64)."""
    octets = bytes.fromhex(mac.replace(":", ""))
    interface = bytes([octets[0] ^ 2]) + octets[1:3] + b"\xff\xfe" + octets[3:]
    return str(IPv6Network(cidr)[int.from_bytes(interface)])
