"""Builds in SQL."""

from collections.abc import Collection, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from cyclades.adapters.sql.schema.effects import effects
from cyclades.adapters.sql.schema.volumes import builds
from cyclades.domain.model.build import (
    Build,
    BuildOrders,
    DiskToCopy,
    DiskToSave,
    ImageToWrite,
    SavedAs,
)
from cyclades.ports.builds import BuildRepository

ADD = insert(builds)
BY_TICKET = select(builds).where(
    builds.c.ticket_hash == bindparam("ticket_hash"), builds.c.cluster_id == bindparam("cluster")
)
EXTEND = (
    update(builds)
    .where(builds.c.effect_id.in_(bindparam("effects", expanding=True)))
    .values(expires=bindparam("until"))
)
END = delete(builds).where(builds.c.effect_id == bindparam("effect"))
_UNDER_WAY = (
    select(effects.c.seq)
    .where(effects.c.id == builds.c.effect_id, effects.c.finished.is_(None))
    .exists()
)
FORGET = delete(builds).where(builds.c.expires < bindparam("before"), ~_UNDER_WAY)
KNOWN = select(builds.c.blob).where(builds.c.blob.in_(bindparam("blobs", expanding=True)))


class SqlBuilds(BuildRepository):
    """One row a build."""

    def __init__(self, connection: Connection) -> None:
        """Work in this connection's transaction."""
        self._connection = connection

    def add(self, build: Build) -> None:
        """Insert."""
        image = build.orders.image
        values = {
            "effect_id": build.effect_id,
            "cluster_id": build.cluster_id,
            "instance": build.instance,
            "ticket_hash": build.ticket_hash,
            "orders": asdict(build.orders),
            "blob": image.blob if image else None,
            "expires": build.expires,
            "created": build.created,
        }
        self._connection.execute(ADD, values)

    def by_ticket(self, cluster_id: str, ticket_hash: str) -> Build | None:
        """Select by the digest: how long that takes tells nothing of the ticket."""
        values = {"cluster": cluster_id, "ticket_hash": ticket_hash}
        row = self._connection.execute(BY_TICKET, values).one_or_none()
        if row is None:
            return None
        return Build(
            row.effect_id,
            row.cluster_id,
            row.instance,
            row.ticket_hash,
            orders_from(row.orders),
            row.expires,
            row.created,
        )

    def extend(self, effect_ids: Collection[str], expires: datetime) -> None:
        """Update."""
        self._connection.execute(EXTEND, {"effects": list(effect_ids), "until": expires})

    def end(self, effect_id: str) -> None:
        """Delete."""
        self._connection.execute(END, {"effect": effect_id})

    def forget(self, before: datetime) -> int:
        """Delete."""
        return self._connection.execute(FORGET, {"before": before}).rowcount

    def known_blobs(self, blobs: Collection[str]) -> set[str]:
        """Select by the index."""
        return set(self._connection.execute(KNOWN, {"blobs": list(blobs)}).scalars())


def orders_from(values: Mapping[str, Any]) -> BuildOrders:
    """The orders that `asdict` took apart."""
    image, copy, save = values["image"], values["copy"], values["save"]
    return BuildOrders(
        **dict(values)
        | {
            "image": ImageToWrite(**image) if image else None,
            "copy": DiskToCopy(**copy) if copy else None,
            "save": DiskToSave(**save | {"kind": SavedAs(save["kind"])}) if save else None,
        }
    )
