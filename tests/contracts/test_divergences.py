"""What any Divergences does."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import Connection

from cyclades.adapters.sql.divergences import SqlDivergences
from cyclades.domain.model.divergence import Divergence, DivergenceKind, Sighting
from cyclades.ports.divergences import Divergences
from tests.harness.samples import NOW

POWER, SIZE = DivergenceKind.POWER, DivergenceKind.SIZE
KINDS = (POWER, SIZE)


@pytest.fixture
def kept(connection: Connection) -> Divergences:
    return SqlDivergences(connection)


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def power(name: str, detail: str = "is down", cluster_id: str = "one") -> Divergence:
    return Divergence(POWER, cluster_id, name, detail, repairable=True)


def test_what_is_found_again_and_again_is_counted(kept: Divergences) -> None:
    assert kept.record("one", KINDS, [power("a")], NOW) == [Sighting(power("a"), 1, NOW, NOW)]
    other = power("a", "is up")
    (seen,) = kept.record("one", KINDS, [other], after(60))
    assert seen == Sighting(other, 2, NOW, after(60))
    assert kept.lasting("one") == [seen]


def test_what_is_not_found_any_more_is_healed_and_starts_over(kept: Divergences) -> None:
    kept.record("one", KINDS, [power("a"), power("b")], NOW)
    (left,) = kept.record("one", KINDS, [power("b")], after(60))
    assert left.sightings == 2
    assert kept.lasting() == [left]
    (again,) = kept.record("one", KINDS, [power("a")], after(120))
    assert again == Sighting(power("a"), 1, after(120), after(120))


def test_an_audit_says_nothing_about_other_kinds_and_clusters(kept: Divergences) -> None:
    kept.record("one", [SIZE], [Divergence(SIZE, "one", "a", "is big", repairable=True)], NOW)
    kept.record("two", KINDS, [power("a", cluster_id="two")], NOW)
    kept.record("", KINDS, [power("x", cluster_id="")], NOW)
    kept.record("one", [POWER], [power("a")], after(1))
    kept.record("one", [POWER], [], after(2))
    assert {(seen.divergence.kind, seen.divergence.cluster_id) for seen in kept.lasting()} == {
        (SIZE, "one"),
        (POWER, "two"),
        (POWER, ""),
    }
    assert len(kept.lasting("")) == 1


def test_what_could_not_be_judged_stays_as_it_is(kept: Divergences) -> None:
    kept.record("one", KINDS, [power("a"), power("b")], NOW)
    kept.record("one", KINDS, [], after(60), not_judged={"a"})
    assert kept.lasting() == [Sighting(power("a"), 1, NOW, NOW)]


def test_they_come_in_the_order_they_were_given_and_are_listed_oldest_first(
    kept: Divergences,
) -> None:
    names = ["c", "a", "b"]
    found = kept.record("one", KINDS, [power(name) for name in names], NOW)
    assert [seen.divergence.object_id for seen in found] == names
    kept.record("two", KINDS, [power("0", cluster_id="two")], after(-5))
    assert [seen.divergence.object_id for seen in kept.lasting()] == ["0", "a", "b", "c"]


def test_healed_ones_are_forgotten_in_time(kept: Divergences) -> None:
    kept.record("one", KINDS, [power("a"), power("b")], NOW)
    kept.record("one", KINDS, [power("b")], after(60))
    assert kept.forget(after(60)) == 0
    assert kept.forget(after(61)) == 1
    assert len(kept.lasting()) == 1
