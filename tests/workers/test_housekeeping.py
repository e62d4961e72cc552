"""Housekeeping: what is old goes, in pieces; what is not stays."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from cyclades.bootstrap import Application
from cyclades.domain.model.events import Changed
from cyclades.domain.model.feed import START
from cyclades.workers import housekeeping
from cyclades.workers.housekeeping import HousekeepingWorker
from tests.adapters.simulated.hand_clock import HandClock
from tests.harness.api import CALLERS


def test_the_feed_and_its_tickets(
    application_maker: Callable[..., Application],
    database_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(housekeeping, "BATCH", 3)
    app = application_maker(database_url, feed_retention=100, feed_ticket_ttl=30)
    app.clock = clock = HandClock()

    def publish(*names: str) -> None:
        with app.transaction() as unit:
            for name in names:
                unit.feed.publish(Changed("server", name, 1, "p"))

    publish(*"abcdefgh")
    old = app.atomically(lambda unit: unit.feed_admission.issue(CALLERS["member"]))[0]
    clock.passed += 90
    publish("i")
    new = app.atomically(lambda unit: unit.feed_admission.issue(CALLERS["member"]))[0]
    clock.passed += 20
    worker = HousekeepingWorker(app)
    assert worker.turn() == housekeeping.INTERVAL
    with app.reader() as unit:
        page = unit.feed_reader.after(START, 100)
    assert [entry.event.object_id for entry in page.entries] == ["i"]
    assert START < page.horizon < page.entries[0].position
    assert app.atomically(lambda unit: unit.feed_tickets.redeem(old)) is None
    ticket = app.atomically(lambda unit: unit.feed_admission.redeem(new))
    assert ticket.expires == clock.now() + timedelta(seconds=10)
    worker.close()
