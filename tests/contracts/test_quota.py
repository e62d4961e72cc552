"""What any QuotaLedger does."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine

from cyclades.adapters.sql.quota import SqlQuota
from cyclades.domain.model.errors import OverQuota, StaleVersion
from cyclades.domain.model.quota import Holding
from cyclades.ports.quota import QuotaLedger

DEFAULTS = {"instances": 3, "cores": 10, "ram": 1000}
ONE = {"instances": 1, "cores": 2, "ram": 300}


@pytest.fixture
def ledger(connection: Connection) -> QuotaLedger:
    return SqlQuota(connection, DEFAULTS)


def used(ledger: QuotaLedger, project_id: str = "p1") -> dict[str, int]:
    holdings = ledger.holdings(project_id, list(DEFAULTS))
    return {name: holding.used for name, holding in holdings.items()}


def test_a_new_project_uses_nothing(ledger: QuotaLedger) -> None:
    assert ledger.holdings("p1", ["cores", "sheep"]) == {
        "cores": Holding("cores", 0, 10),
        "sheep": Holding("sheep", 0, -1),
    }


def test_charges_add_up_and_are_given_back(ledger: QuotaLedger) -> None:
    ledger.charge("p1", ONE)
    ledger.charge("p1", ONE)
    ledger.charge("p2", ONE)
    assert used(ledger) == {"instances": 2, "cores": 4, "ram": 600}
    ledger.release("p1", ONE)
    assert used(ledger) == used(ledger, "p2") == ONE


def test_usage_never_falls_below_zero(ledger: QuotaLedger) -> None:
    ledger.charge("p1", ONE)
    ledger.release("p1", {"instances": 5, "cores": 1})
    assert used(ledger) == {"instances": 0, "cores": 1, "ram": 300}
    ledger.release("nobody", ONE)
    assert used(ledger, "nobody") == dict.fromkeys(DEFAULTS, 0)


@pytest.mark.parametrize("already", [0, 1])
def test_over_quota_changes_nothing(ledger: QuotaLedger, already: int) -> None:
    for _turn in range(already):
        ledger.charge("p1", ONE)
    before = used(ledger)
    with pytest.raises(OverQuota) as refused:
        ledger.charge("p1", {"instances": 1, "cores": 1, "ram": 5000})
    assert used(ledger) == before
    said = refused.value
    assert (said.resource, said.requested, said.used, said.limit) == (
        "ram",
        5000,
        before["ram"],
        1000,
    )


def test_the_limit_itself_can_be_reached(ledger: QuotaLedger) -> None:
    ledger.charge("p1", DEFAULTS)
    with pytest.raises(OverQuota):
        ledger.charge("p1", {"instances": 1})


def test_limits_of_ones_own(ledger: QuotaLedger) -> None:
    ledger.set_limits("p1", {"instances": -1, "cores": 0})
    assert ledger.holdings("p1", ["instances", "cores", "ram"]) == {
        "instances": Holding("instances", 0, -1),
        "cores": Holding("cores", 0, 0),
        "ram": Holding("ram", 0, 1000),
    }
    ledger.charge("p1", {"instances": 1000})
    with pytest.raises(OverQuota):
        ledger.charge("p1", {"cores": 1})
    assert ledger.own_limits(list(DEFAULTS)) == {"p1": {"instances": -1, "cores": 0}}
    assert ledger.reset_limits("p1", ["cores", "instances"])
    assert not ledger.reset_limits("p1", ["cores", "instances"])
    assert ledger.own_limits(list(DEFAULTS)) == {}
    ledger.charge("p1", {"cores": 10})
    assert ledger.defaults(["cores", "ram"]) == {"cores": 10, "ram": 1000}


def test_a_lowered_limit_refuses_more_but_takes_nothing(ledger: QuotaLedger) -> None:
    ledger.charge("p1", ONE)
    ledger.set_limits("p1", {"cores": 1})
    with pytest.raises(OverQuota):
        ledger.charge("p1", {"cores": 1})
    ledger.charge("p1", {"ram": 1})
    assert used(ledger) == {"instances": 1, "cores": 2, "ram": 301}


AMOUNTS = st.dictionaries(st.sampled_from(sorted(DEFAULTS)), st.integers(1, 400), min_size=1)


@given(st.lists(st.tuples(st.booleans(), AMOUNTS), max_size=12))
@settings(max_examples=30, deadline=None)
def test_it_counts_as_a_dictionary_does(
    engine: Engine, steps: list[tuple[bool, dict[str, int]]]
) -> None:
    with engine.connect() as connection:
        ledger, model = SqlQuota(connection, DEFAULTS), Counter[str]()
        for charging, amounts in steps:
            if not charging:
                ledger.release("p1", amounts)
                model.update({name: -min(n, model[name]) for name, n in amounts.items()})
            elif all(model[name] + n <= DEFAULTS[name] for name, n in amounts.items()):
                ledger.charge("p1", amounts)
                model.update(amounts)
            else:
                with pytest.raises(OverQuota):
                    ledger.charge("p1", amounts)
            assert used(ledger) == {name: model[name] for name in DEFAULTS}
        connection.rollback()


@pytest.mark.parametrize("row_exists", [False, True])
def test_exactly_as_many_as_the_limit_win_a_race(engine: Engine, row_exists: bool) -> None:
    limits = {"instances": 5, "cores": 1000, "ram": 100000}
    project_id = f"race-{row_exists}"
    if row_exists:
        with engine.begin() as connection:
            SqlQuota(connection, limits).charge(project_id, dict.fromkeys(limits, 0))
    started = Barrier(15)

    def contend(_number: int) -> bool:
        started.wait()
        while True:
            with suppress(StaleVersion), engine.begin() as connection:
                try:
                    SqlQuota(connection, limits).charge(project_id, ONE)
                except OverQuota:
                    return False
                return True

    with ThreadPoolExecutor(15) as pool:
        won = sum(pool.map(contend, range(15)))
    with engine.connect() as connection:
        left = SqlQuota(connection, limits).holdings(project_id, list(limits))
    assert won == 5
    assert {name: held.used for name, held in left.items()} == {
        name: 5 * amount for name, amount in ONE.items()
    }
