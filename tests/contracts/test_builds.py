"""What any BuildRepository does."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Connection

from cyclades.adapters.sql.builds import SqlBuilds
from cyclades.domain.model.build import (
    Build,
    BuildOrders,
    DiskToCopy,
    DiskToSave,
    ImageToWrite,
    SavedAs,
)
from tests.adapters.simulated.hand_clock import HandClock

NOW = HandClock().now()
IMAGE = ImageToWrite("image", "blob", "qcow2", 7, "5" * 128, 1 << 30)
ORDERS = [
    BuildOrders(),
    BuildOrders(IMAGE, None, None, True, True, {"family": "linux"}, "server"),
    BuildOrders(copy=DiskToCopy("instance", "disk", "/srv/a b"), customise=True),
    BuildOrders(IMAGE, save=DiskToSave(SavedAs.BACKUP, "backup", "raw")),
]


def build(number: int, orders: BuildOrders = ORDERS[0], seconds: int = 60) -> Build:
    expires = NOW + timedelta(seconds=seconds)
    return Build(f"e{number}", "one", "instance", f"hash{number}", orders, expires, NOW)


@pytest.mark.parametrize("orders", ORDERS)
def test_orders_come_back_as_they_were(connection: Connection, orders: BuildOrders) -> None:
    builds = SqlBuilds(connection)
    builds.add(build(1, orders))
    assert builds.by_ticket("one", "hash1") == build(1, orders)
    assert builds.by_ticket("two", "hash1") is None
    assert builds.by_ticket("one", "hash2") is None


def test_what_has_ended_is_gone(connection: Connection) -> None:
    builds = SqlBuilds(connection)
    for number in (1, 2):
        builds.add(build(number))
    builds.end("e1")
    builds.end("e1")
    builds.end("nothing")
    assert builds.by_ticket("one", "hash1") is None
    assert builds.by_ticket("one", "hash2") == build(2)


def test_what_has_expired_is_forgotten(connection: Connection) -> None:
    builds = SqlBuilds(connection)
    builds.add(build(1))
    builds.add(build(2, seconds=120))
    assert builds.forget(NOW + timedelta(seconds=61)) == 1
    assert builds.by_ticket("one", "hash1") is None
    assert builds.by_ticket("one", "hash2") is not None


def test_what_is_sent_late_has_its_time(connection: Connection) -> None:
    builds = SqlBuilds(connection)
    for number in (1, 2):
        builds.add(build(number))
    until = NOW + timedelta(seconds=500)
    builds.extend(["e1", "without a build"], until)
    found = [builds.by_ticket("one", f"hash{number}") for number in (1, 2)]
    assert [each.expires for each in found if each] == [until, build(2).expires]


def test_blobs_are_known_until_the_last_reader_has_ended(connection: Connection) -> None:
    builds = SqlBuilds(connection)
    for number in (1, 2):
        builds.add(build(number, BuildOrders(IMAGE)))
    builds.add(build(3, BuildOrders(replace(IMAGE, blob="other"))))
    assert builds.known_blobs(["blob", "unknown"]) == {"blob"}
    assert builds.known_blobs([]) == set()
    builds.end("e1")
    assert builds.known_blobs(["blob", "other"]) == {"blob", "other"}
    builds.end("e2")
    assert builds.known_blobs(["blob", "other"]) == {"other"}
