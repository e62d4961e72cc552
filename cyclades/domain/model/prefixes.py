"""Arithmetic of prefixes: merged, contained, the lowest one that is free."""

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Network, IPv6Network, collapse_addresses

from cyclades.domain.model.addresses import Block, parse_block
from cyclades.domain.model.errors import InvalidInput

FIELD = "prefixes"


def merged(prefixes: Iterable[str]) -> tuple[Block, ...]:
    """In order, neighbours and overlapping ones as one. Raises InvalidInput."""
    blocks = [parse_block(each, FIELD) for each in prefixes]
    if not blocks:
        raise InvalidInput("Empty subnet pool prefix list.", FIELD)
    if len({block.version for block in blocks}) > 1:
        raise InvalidInput("Cannot mix IPv4 and IPv6 prefixes in a subnet pool.", FIELD)
    return tuple(collapse_addresses(blocks))  # type: ignore[type-var] # one version


def contained(block: Block, within: Iterable[Block]) -> bool:
    """Whether one of these has all of it."""
    return any(
        other.version == block.version and block.subnet_of(other)  # type: ignore[arg-type] # one version
        for other in within
    )


def lowest_free(within: Sequence[Block], taken: Iterable[Block], length: int) -> Block | None:
    """The lowest prefix of this length that overlaps nothing taken."""
    ranges = sorted((int(each[0]), int(each[-1])) for each in taken)
    for block in within:
        if length < block.prefixlen:
            continue
        size = 1 << (block.max_prefixlen - length)
        start, end = int(block[0]), int(block[-1])
        for first, last in ranges:
            if last < start or first > end:
                continue
            if start + size <= first:
                break
            start = (last // size + 1) * size
        if start + size - 1 <= end:
            kind = IPv4Network if isinstance(block, IPv4Network) else IPv6Network
            return kind((start, length))
    return None
