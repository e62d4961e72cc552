"""Prefixes: merged, contained, the lowest one that is free."""

from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyclades.domain.model.addresses import Block
from cyclades.domain.model.errors import InvalidInput
from cyclades.domain.model.prefixes import contained, lowest_free, merged


def blocks(*texts: str) -> list[Block]:
    return [ip_network(each) for each in texts]


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (["10.0.1.0/24", "10.0.0.0/24"], ["10.0.0.0/23"]),
        (["10.0.0.0/8", "10.1.0.0/16"], ["10.0.0.0/8"]),
        (["10.0.2.0/24", "10.0.0.7/24"], ["10.0.0.0/24", "10.0.2.0/24"]),
        (["fd00::/64", "fd00:0:0:1::/64"], ["fd00::/63"]),
    ],
)
def test_merged(said: list[str], kept: list[str]) -> None:
    assert [str(each) for each in merged(said)] == kept


@pytest.mark.parametrize("said", [[], ["10.0.0.0/8", "fd00::/64"], ["x"], ["10.0.0.0"]])
def test_what_is_no_list_of_prefixes(said: list[str]) -> None:
    with pytest.raises(InvalidInput):
        merged(said)


def test_contained() -> None:
    within = blocks("10.0.0.0/16", "10.2.0.0/16")
    assert contained(ip_network("10.2.3.0/24"), within)
    assert not contained(ip_network("10.1.3.0/24"), within)
    assert not contained(ip_network("fd00::/64"), within)


@pytest.mark.parametrize(
    ("taken", "length", "found"),
    [
        ([], 24, "10.0.0.0/24"),
        (["10.0.0.0/24"], 24, "10.0.1.0/24"),
        (["10.0.0.0/25"], 24, "10.0.1.0/24"),
        (["10.0.1.0/24"], 23, "10.0.2.0/23"),
        (["10.0.1.0/24", "10.0.0.0/24", "10.0.3.0/24"], 24, "10.0.2.0/24"),
        (["10.0.0.0/22"], 24, "10.9.0.0/24"),
        (["10.0.0.0/22", "10.9.0.0/24"], 24, None),
        ([], 21, None),
        (["10.0.0.64/26"], 26, "10.0.0.0/26"),
    ],
)
def test_the_lowest(taken: list[str], length: int, found: str | None) -> None:
    free = lowest_free(blocks("10.0.0.0/22", "10.9.0.0/24"), blocks(*taken), length)
    assert free == (ip_network(found) if found else None)


@given(st.lists(st.integers(24, 28), max_size=40))
def test_nothing_overlaps_and_nothing_is_wasted(lengths: list[int]) -> None:
    (pool,) = blocks("10.0.0.0/22")
    taken: list[Block] = []
    for length in lengths:
        block = lowest_free([pool], taken, length)
        every = pool.subnets(new_prefix=length)
        free = [each for each in every if not any(each.overlaps(other) for other in taken)]
        assert block == next(iter(free), None)
        taken += [block] if block else []
