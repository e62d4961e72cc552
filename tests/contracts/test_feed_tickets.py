"""What any FeedTickets does."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import Connection, Engine

from cyclades.adapters.sql.feed_tickets import SqlFeedTickets
from cyclades.domain.model.feed import FeedTicket
from cyclades.domain.model.sharing import Scope
from tests.adapters.simulated.hand_clock import HandClock

NOW = HandClock().now()
TICKETS = [
    FeedTicket("u", Scope("p"), NOW),
    FeedTicket("u", Scope(None, everything=True), NOW, NOW + timedelta(hours=1)),
    FeedTicket("u", Scope(None), NOW),
]


@pytest.mark.parametrize("ticket", TICKETS)
def test_a_ticket_is_redeemed_once(connection: Connection, ticket: FeedTicket) -> None:
    tickets = SqlFeedTickets(connection)
    tickets.issue("d" * 64, ticket)
    assert tickets.redeem("e" * 64) is None
    assert tickets.redeem("d" * 64) == ticket
    assert tickets.redeem("d" * 64) is None


def test_old_ones_are_forgotten(connection: Connection) -> None:
    tickets = SqlFeedTickets(connection)
    for number in range(3):
        expires = NOW + timedelta(seconds=number)
        tickets.issue(str(number), FeedTicket("u", Scope("p"), expires))
    tickets.forget(NOW + timedelta(seconds=1))
    assert [tickets.redeem(str(number)) is not None for number in range(3)] == [False, True, True]


def test_of_several_who_try_one_gets_it(engine: Engine) -> None:
    with engine.begin() as connection:
        SqlFeedTickets(connection).issue("d" * 64, TICKETS[0])

    def try_it(_number: int) -> bool:
        with engine.begin() as connection:
            return SqlFeedTickets(connection).redeem("d" * 64) is not None

    with ThreadPoolExecutor(4) as threads:
        assert sorted(threads.map(try_it, range(8))) == [False] * 7 + [True]
