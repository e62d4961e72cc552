"""Where the identity service keeps things: contract of ports/identity_store.py."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Engine

from cyclades.adapters.sql.identity_store import SqlIdentityStore
from cyclades.adapters.sql.revocations import SqlRevocations
from cyclades.adapters.system.clock import SystemClock
from cyclades.domain.model.application_credential import ApplicationCredential
from cyclades.domain.model.catalog import CatalogService, Endpoint, Region
from cyclades.domain.model.errors import AlreadyExists, NotFound
from cyclades.domain.model.project import Project
from cyclades.domain.model.role import Assignment, ImpliedRole, Role
from cyclades.domain.model.user import Group, Membership, User
from cyclades.ports.identity_store import IdentityStore

EXTRA = {"colour": "ünï ☃", "deep": {"list": [1, None, True]}}
MOMENT = datetime(2030, 1, 1, 12, 0, 0, 5, tzinfo=UTC)
RECORDS: dict[str, Any] = {
    "projects": Project("1", "p", "default", "default", "d", True, False, ("a", "b"), EXTRA),
    "users": User("1", "u", "default", "hash", False, "p", EXTRA),
    "groups": Group("1", "g", "default", "d", EXTRA),
    "roles": Role("1", "r", "", None, True, EXTRA),
    "application_credentials": ApplicationCredential(
        "1", "u", "p", "robot", "hash", ("x", "y"), "d", True, MOMENT
    ),
    "services": CatalogService("1", "weather", "rain", None, False, EXTRA),
    "endpoints": Endpoint("1", "s", "public", "http://cloud", None, "e", False, EXTRA),
    "regions": Region("1", "d", None, EXTRA),
}
NAMED = ["projects", "users", "groups", "roles", "application_credentials"]


@pytest.fixture
def store(engine: Engine) -> Iterator[IdentityStore]:
    """In a transaction that is not committed."""
    with engine.connect() as connection:
        yield SqlIdentityStore(
            connection, SqlRevocations(connection, SystemClock(), 3600, lambda: None)
        )
        connection.rollback()


@pytest.mark.parametrize("part", RECORDS)
def test_a_record_comes_back_changes_and_goes(store: IdentityStore, part: str) -> None:
    records, record = getattr(store, part), RECORDS[part]
    with pytest.raises(NotFound):
        records.get("1")
    records.add(record)
    assert records.get("1") == record
    assert records.get("1", lock=True) == record
    change: dict[str, Any] = {"name": "other"} if part in NAMED else {"extra": {}}
    changed = replace(record, **change)
    records.save(changed)
    assert records.find({"id": "1"}) == [changed]
    assert records.find({"id": ("0", "1")}) == [changed]
    assert records.find({"id": "0"}) == []
    assert records.remove({"id": "0"}) == 0
    assert records.remove({"id": "1"}) == 1
    assert records.find({}) == []


@pytest.mark.parametrize("part", NAMED)
def test_a_name_is_taken_once(store: IdentityStore, part: str) -> None:
    records, record = getattr(store, part), RECORDS[part]
    records.add(record)
    with pytest.raises(AlreadyExists):
        records.add(replace(record, id="2"))
    other = replace(record, id="2", name="other")
    records.add(other)
    with pytest.raises(AlreadyExists):
        records.save(replace(other, name=record.name))
    assert [row.name for row in records.find({})] == sorted([record.name, "other"])


@pytest.mark.parametrize(
    ("part", "row"),
    [
        ("memberships", Membership("g", "u")),
        ("implied_roles", ImpliedRole("a", "b")),
        ("assignments", Assignment("r", "user", "u", "project", "p", inherited=True)),
    ],
)
def test_rows_are_their_own_keys(store: IdentityStore, part: str, row: Any) -> None:
    rows = getattr(store, part)
    rows.add(row)
    with pytest.raises(AlreadyExists):
        rows.add(row)
    assert rows.find({}) == [row]
    assert rows.remove({name: getattr(row, name) for name in row.__dataclass_fields__}) == 1
    assert rows.find({}) == []


def test_revocations_are_numbered_one_after_the_other(store: IdentityStore) -> None:
    before = store.revocations.epoch()
    store.revocations.add([("user", "a"), ("user", "b")])
    store.revocations.add([("project", "c")])
    assert store.revocations.epoch() == before + 3
