"""What any IdempotencyRecords do."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Connection, Engine

from cyclades.adapters.sql.idempotency import SqlIdempotency
from cyclades.domain.model.errors import StaleVersion
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


def test_the_first_answer_is_found_again(records: IdempotencyRecords) -> None:
    assert records.find(*WHO) is None
    records.add(*WHO, ANSWER)
    assert records.find(*WHO) == ANSWER


@pytest.mark.parametrize("place", range(4), ids=["user", "project", "route", "key"])
def test_a_key_is_its_callers_own_on_one_route(records: IdempotencyRecords, place: int) -> None:
    records.add(*WHO, ANSWER)
    user, project, route, key = ("other" if n == place else word for n, word in enumerate(WHO))
    other = (user, project, route, key)
    assert records.find(*other) is None
    records.add(*other, replace(ANSWER, status=201))
    assert records.find(*WHO) == ANSWER


def test_answers_are_sealed_at_rest(records: IdempotencyRecords, connection: Connection) -> None:
    records.add(*WHO, ANSWER)
    assert CANARY.decode() not in dumped(connection)


def test_old_answers_are_forgotten(records: IdempotencyRecords, clock: HandClock) -> None:
    records.add(*WHO, ANSWER)
    clock.passed = 100
    newer = (*WHO[:3], "newer")
    records.add(*newer, ANSWER)
    records.forget(clock.now() - timedelta(seconds=50))
    assert records.find(*WHO) is None
    assert records.find(*newer) == ANSWER


def test_a_twin_that_was_faster_makes_the_other_start_over(
    engine: Engine, clock: HandClock
) -> None:
    who = (*WHO[:3], "contested")
    with engine.begin() as connection:
        SqlIdempotency(connection, clock, SECRETS).add(*who, ANSWER)
    with engine.connect() as connection:
        late = SqlIdempotency(connection, clock, SECRETS)
        with pytest.raises(StaleVersion):
            late.add(*who, replace(ANSWER, status=201))
        connection.rollback()
        assert late.find(*who) == ANSWER
