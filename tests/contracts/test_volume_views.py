"""What any VolumeViews shows."""

from dataclasses import replace
from datetime import timedelta

import orjson
import pytest
from sqlalchemy import Connection

from cyclades.adapters.sql.clusters import SqlClusters
from cyclades.adapters.sql.snapshots import SqlSnapshots
from cyclades.adapters.sql.views.volumes import SqlVolumeViews
from cyclades.adapters.sql.volumes import SqlVolumes
from cyclades.domain.model.errors import NotFound
from cyclades.domain.model.listing import Listing, Order
from cyclades.domain.model.sharing import Scope
from cyclades.domain.model.volume_query import Comparison
from cyclades.ports.volume_views import Stock, Summary, VolumeViews
from tests.harness.copies import a_snapshot
from tests.harness.samples import NOW, PROJECT, a_cluster
from tests.harness.sealing import secrets
from tests.harness.volumes import a_volume

MINE, THEIRS, ALL = Scope(PROJECT), Scope("theirs"), Scope(None, everything=True)
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def views(connection: Connection) -> VolumeViews:
    volumes = SqlVolumes(connection)
    SqlClusters(connection, secrets()).add(a_cluster("one"), NOW)
    volumes.add(a_volume(id="a", name="alpha", size=1, metadata={"k": "v", "l": "m"}))
    volumes.add(a_volume(id="b", name="beta", size=2, metadata={"k": "w"}, created=LATER))
    held = a_volume(id="c", project_id="theirs", size=4, cluster_id="one")
    volumes.add(held)
    SqlSnapshots(connection).add(a_snapshot(held, cluster_id="one"))
    return SqlVolumeViews(connection)


def test_one(views: VolumeViews) -> None:
    row = views.show(MINE, "a")
    assert (row.name, row.type_name, row.cluster, row.attachment_id) == (
        *("alpha", "__DEFAULT__"),
        *(None, None),
    )
    assert orjson.loads(row.metadata) == {"k": "v", "l": "m"}
    assert views.show(ALL, "c").cluster == a_cluster("one").name
    for hidden in ("c", "nope"):
        with pytest.raises(NotFound):
            views.show(MINE, hidden)


def ids(views: VolumeViews, listing: Listing) -> list[str]:
    rows = [row.id for row in views.page(listing)]
    assert [row.id for row in views.names(listing)] == rows
    return rows


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({}, ["a", "b"]),
        ({"name": ("beta",)}, ["b"]),
        ({"name~": ("lph",)}, ["a"]),
        ({"metadata": ({"k": "v", "l": "m"},)}, ["a"]),
        ({"metadata": ({"k": "x"},)}, []),
        ({"size": (2,)}, ["b"]),
        ({"created_at": ([Comparison("gt", NOW)],)}, ["b"]),
        ({"created_at": ([Comparison("gte", NOW), Comparison("lt", LATER)],)}, ["a"]),
        ({"group_id": ("some",)}, []),
        ({"consumes_quota": (True,)}, ["a", "b"]),
        ({"consumes_quota": (False,)}, []),
        ({"host": ("one",)}, []),
    ],
)
def test_filters(
    views: VolumeViews, filters: dict[str, tuple[object, ...]], found: list[str]
) -> None:
    listing = Listing(MINE, filters, (Order("created_at"),))
    assert ids(views, listing) == found
    assert views.count(listing) == len(found)


def test_pages(views: VolumeViews) -> None:
    newest = Listing(MINE, order=(Order("created_at", descending=True),), limit=1)
    assert ids(views, newest) == ["b"]
    assert ids(views, replace(newest, marker="b")) == ["a"]
    with pytest.raises(NotFound):
        views.page(replace(newest, marker="c"))


def test_sums(views: VolumeViews) -> None:
    assert views.summary(MINE) == Summary(2, 3, {"k": ["v", "w"], "l": ["m"]})
    assert views.summary(Scope("nobody")) == Summary(0, 0, {})
    assert views.stocks("one") == {"theirs": Stock(1, 4, 1, 4)}
