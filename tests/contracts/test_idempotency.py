"""What any IdempotencyRecords do."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import Connection, Engine

from cyclades.adapters.sql.idempotency import SqlIdempotency
from cyclades.domain.model.idempotency import Recorded
from cyclades.ports.idempotency import IdempotencyRecords
from tests.adapters.simulated.hand_clock import HandClock
from tests.harness.sealing import dumped, secrets

CANARY = b"canary-42aa"
ANSWER = Recorded("f" * 64, 202, "https://x/servers/1", b'{"adminPass": "' + CANARY + b'"}')
WHO = ("user", "project", "/compute/v2.1/servers", "key")
SECRETS = secrets()


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    """Rolled back in the end."""
    with engine.connect() as opened:
        yield opened


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def records(connection: Connection, clock: HandClock) -> IdempotencyRecords:
    return SqlIdempotency(connection, clock, SECRETS)


def keep(records: IdempotencyRecords, *who: str, answer: Recorded) -> None:
    user, project, route, key = who
    assert records.claim(user, project, route, key)
    records.keep(user, project, route, key, answer)


def test_the_first_answer_is_found_again(records: IdempotencyRecords) -> None:
    assert records.find(*WHO) is None
    keep(records, *WHO, answer=ANSWER)
    assert records.find(*WHO) == ANSWER


@pytest.mark.parametrize("place", range(4), ids=["user", "project", "route", "key"])
def test_a_key_is_its_callers_own_on_one_route(records: IdempotencyRecords, place: int) -> None:
    keep(records, *WHO, answer=ANSWER)
    user, project, route, key = ("other" if n == place else word for n, word in enumerate(WHO))
    other = (user, project, route, key)
    assert records.find(*other) is None
    keep(records, *other, answer=replace(ANSWER, status=201))
    assert records.find(*WHO) == ANSWER


def test_answers_are_sealed_at_rest(records: IdempotencyRecords, connection: Connection) -> None:
    keep(records, *WHO, answer=ANSWER)
    assert CANARY.decode() not in dumped(connection)


def test_old_answers_are_forgotten(records: IdempotencyRecords, clock: HandClock) -> None:
    keep(records, *WHO, answer=ANSWER)
    clock.passed = 100
    newer = (*WHO[:3], "newer")
    keep(records, *newer, answer=ANSWER)
    records.forget(clock.now() - timedelta(seconds=50))
    assert records.find(*WHO) is None
    assert records.find(*newer) == ANSWER


def test_a_claim_without_an_answer_leaves_nothing(engine: Engine, clock: HandClock) -> None:
    who = (*WHO[:3], "given up")
    for _attempt in range(2):
        with engine.connect() as connection:
            assert SqlIdempotency(connection, clock, SECRETS).claim(*who)
            connection.rollback()


def test_twins_wait_and_only_one_does_the_work(engine: Engine, clock: HandClock) -> None:
    who = (*WHO[:3], "contested")
    started = Barrier(5)

    def contend(number: int) -> int:
        started.wait()
        with engine.begin() as connection:
            records = SqlIdempotency(connection, clock, SECRETS)
            if records.claim(*who):
                records.keep(*who, replace(ANSWER, status=number))
                return number
            known = records.find(*who)
            assert known is not None
            return known.status

    with ThreadPoolExecutor(5) as pool:
        assert len(set(pool.map(contend, range(1, 6)))) == 1
