"""What any Leases does."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import Connection

from cyclades.adapters.sql.leases import SqlLeases
from cyclades.ports.leases import Leases
from tests.harness.samples import NOW


@pytest.fixture
def leases(connection: Connection) -> Leases:
    return SqlLeases(connection)


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def test_a_lease_has_one_holder_until_it_is_over(leases: Leases) -> None:
    assert leases.take("audit", "a", NOW, after(60))
    assert not leases.take("audit", "b", after(1), after(61))
    assert not leases.take("audit", "b", after(60), after(120)), "its last moment is the holder's"
    assert leases.take("audit", "b", after(61), after(121))
    assert not leases.take("audit", "a", after(62), after(122))


def test_the_holder_keeps_it_for_as_long_as_it_wants(leases: Leases) -> None:
    for moment in (0, 30, 60, 200):
        assert leases.take("audit", "a", after(moment), after(moment + 60))
    assert not leases.take("audit", "b", after(250), after(310))


def test_leases_know_nothing_of_each_other(leases: Leases) -> None:
    assert leases.take("audit:one", "a", NOW, after(60))
    assert leases.take("audit:two", "b", NOW, after(60))


def test_what_is_given_up_is_free_at_once(leases: Leases) -> None:
    assert leases.take("audit", "a", NOW, after(60))
    leases.give_up("audit", "b")
    assert not leases.take("audit", "b", NOW, after(60)), "only the holder gives it up"
    leases.give_up("audit", "a")
    assert leases.take("audit", "b", NOW, after(60))


def test_which_are_held(leases: Leases) -> None:
    assert leases.take("audit:one", "a", NOW, after(60))
    assert leases.take("audit:two", "b", NOW, after(10))
    names = ("audit:one", "audit:two", "audit:three")
    assert leases.held(names, after(5)) == {"audit:one", "audit:two"}
    assert leases.held(names, after(11)) == {"audit:one"}
    assert leases.held(names[1:], after(61)) == set()
