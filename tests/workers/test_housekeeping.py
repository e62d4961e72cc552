"""Housekeeping: what is old goes, in pieces; what is not stays."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from cyclades.bootstrap import Application
from cyclades.domain.model.events import Changed
from cyclades.domain.model.feed import START
from cyclades.domain.model.network import WantedNetwork
from cyclades.domain.model.port import WantedInterface
from cyclades.domain.model.subnet import WantedSubnet
from cyclades.workers import housekeeping
from cyclades.workers.housekeeping import HousekeepingWorker
from tests.adapters.simulated.hand_clock import HandClock
from tests.harness.api import CALLERS, PROJECT


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


def test_address_history(
    application_maker: Callable[..., Application],
    sqlite_database_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(housekeeping, "BATCH", 2)
    app = application_maker(sqlite_database_url, address_history_retention=3600)
    app.clock = clock = HandClock()
    with app.transaction() as unit:
        network = unit.networks.create(CALLERS["member"], WantedNetwork("n")).id
        unit.subnets.create(CALLERS["member"], WantedSubnet(network, "10.0.0.0/24"))
    for name in ("a", "b", "c", "d"):
        with app.transaction() as unit:
            unit.server_ports.wire(CALLERS["member"], name, "nova", [WantedInterface(network)])
            unit.quota.charge(PROJECT, {"port": 1})
    for names, seconds in (("abc", 3000), ("", 700)):
        with app.transaction() as unit:
            for name in names:
                unit.server_ports.release(name)
        clock.passed += seconds
        HousekeepingWorker(app).turn()
        with app.reader() as unit:
            left = [each.server_id for each in unit.address_history_rows.held()]
        assert left == (["a", "b", "c", "d"] if names else ["d"])
