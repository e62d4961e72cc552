"""Two transactions that lock each other out: one goes first, the other again."""

import threading
from collections.abc import Callable
from functools import partial

import pytest

from cyclades.bootstrap import Application, Unit
from tests.harness.api import OTHER_PROJECT, PROJECT

pytestmark = pytest.mark.real_postgres


def charge_one(project: str, unit: Unit) -> None:
    unit.quota.charge(project, {"instances": 1})


def test_a_deadlock_is_tried_again(
    application_maker: Callable[..., Application], postgres_database_url: str
) -> None:
    app = application_maker(postgres_database_url)
    for project in (PROJECT, OTHER_PROJECT):
        app.atomically(partial(charge_one, project))
    both_hold_one = threading.Barrier(2)
    tries: list[str] = []

    def charge(first: str, second: str) -> None:
        def work(unit: Unit) -> None:
            charge_one(first, unit)
            if tries.count(first) == 0:
                tries.append(first)
                both_hold_one.wait(timeout=20)
            else:
                tries.append(first)
            charge_one(second, unit)

        app.atomically(work)

    pairs = ((PROJECT, OTHER_PROJECT), (OTHER_PROJECT, PROJECT))
    threads = [threading.Thread(target=charge, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert len(tries) == 3, "one of the two had to start over"
    with app.reader() as unit:
        used = [unit.quota.holdings(p, ["instances"])["instances"].used for p, _ in pairs]
    assert used == [3, 3]
