"""Which cluster takes a server: every filter, every weigher, and the reasons kept."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyclades.domain.model.cluster import Capacity, Cluster
from cyclades.domain.model.errors import NoCapacity
from cyclades.domain.model.placement import (
    FILTERS,
    WEIGHERS,
    Choice,
    Demand,
    choose,
    refusal,
    weight,
)
from tests.harness.samples import CAPACITY, a_cluster

DEMAND = Demand(2, 4096, 20, "file")


def test_a_cluster_with_room_passes_every_filter() -> None:
    assert refusal(a_cluster(), DEMAND) is None


@pytest.mark.parametrize(
    ("reason", "cluster", "demand"),
    [
        ("drained", a_cluster(drained=True), DEMAND),
        ("offline", a_cluster(offline=True), DEMAND),
        ("not answering", a_cluster(breaker_open=True), DEMAND),
        ("availability zone", a_cluster(), replace(DEMAND, zone="elsewhere")),
        ("networks", a_cluster(), replace(DEMAND, clusters=frozenset({"elsewhere"}))),
        ("disk template", a_cluster(), replace(DEMAND, disk_template="rbd")),
        ("memory", a_cluster(), replace(DEMAND, ram=CAPACITY.memory_free + 1)),
        ("disk", a_cluster(), replace(DEMAND, disk=CAPACITY.disk_free // 1024 + 1)),
        ("cpus", a_cluster(), replace(DEMAND, vcpus=CAPACITY.cpus_total * 64 + 1)),
    ],
)
def test_each_filter_refuses(reason: str, cluster: Cluster, demand: Demand) -> None:
    assert refusal(cluster, demand) == reason
    with pytest.raises(NoCapacity):
        choose([cluster], demand)


def test_the_filters_above_are_all() -> None:
    assert list(FILTERS) == [
        *("drained", "offline", "not answering", "availability zone", "networks"),
        *("disk template", "memory", "disk", "cpus"),
    ]


def test_what_just_fits_fits() -> None:
    demand = Demand(128 * 64, CAPACITY.memory_free, CAPACITY.disk_free // 1024, "file", "nova")
    assert refusal(a_cluster(), demand) is None


@pytest.mark.parametrize(
    ("weigher", "worse"),
    [
        ("free memory", replace(CAPACITY, memory_free=50_000)),
        ("free disk", replace(CAPACITY, disk_free=1_000_000)),
        ("instances per cpu", replace(CAPACITY, instances=100)),
    ],
)
def test_each_weigher_prefers_the_emptier_cluster(weigher: str, worse: Capacity) -> None:
    factor, weigh = WEIGHERS[weigher]
    full, empty = a_cluster("full", capacity=worse), a_cluster("empty")
    assert factor > 0
    assert weigh(full, DEMAND) < weigh(empty, DEMAND)
    assert choose([full, empty], DEMAND).cluster.name == "empty"


def test_a_cluster_without_anything_is_weighed_all_the_same() -> None:
    assert weight(a_cluster(capacity=Capacity()), DEMAND) == 0


def test_the_choice_says_why() -> None:
    choice = choose([a_cluster("a", drained=True), a_cluster("b"), a_cluster("c")], DEMAND)
    assert choice.refused == {"a": "drained"}
    assert set(choice.weights) == {"b", "c"}
    assert choice.cluster.name == "c", "alike clusters are told apart by name, not by chance"


CLUSTERS = st.lists(
    st.builds(
        a_cluster,
        name=st.text("abcdef", min_size=1, max_size=6),
        drained=st.booleans(),
        breaker_open=st.booleans(),
        capacity=st.builds(
            Capacity,
            nodes=st.integers(1, 9),
            cpus_total=st.integers(1, 64),
            memory_total=st.just(65536),
            memory_free=st.integers(-10, 65536),
            disk_total=st.just(1_000_000),
            disk_free=st.integers(-10, 1_000_000),
            instances=st.integers(0, 300),
        ),
    ),
    max_size=6,
    unique_by=lambda cluster: cluster.name,
)


@given(clusters=CLUSTERS, seed=st.randoms())
def test_the_order_of_the_list_does_not_matter(clusters: list[Cluster], seed: object) -> None:
    def result() -> Choice | None:
        try:
            return choose(clusters, DEMAND)
        except NoCapacity:
            return None

    first = result()
    seed.shuffle(clusters)  # type: ignore[attr-defined]  # hypothesis's own Random
    second = result()
    assert first == second
    if first:
        assert refusal(first.cluster, DEMAND) is None
        assert first.weights[first.cluster.name] == max(first.weights.values())
        assert set(first.refused) | set(first.weights) == {c.name for c in clusters}
