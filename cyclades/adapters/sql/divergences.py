"""Divergences in SQL."""

from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, case, delete, select, update

from cyclades.adapters.sql.schema.divergences import divergences
from cyclades.adapters.sql.upserts import UPSERTS
from cyclades.domain.model.divergence import Divergence, DivergenceKind, Sighting
from cyclades.ports.divergences import Divergences

HEAL = (
    update(divergences)
    .where(
        divergences.c.cluster_id == bindparam("its_cluster"),
        divergences.c.kind == bindparam("its_kind"),
        divergences.c.object_id == bindparam("its_object"),
    )
    .values(healed=bindparam("at"))
)


class SqlDivergences(Divergences):
    """One row a kind, cluster and object; a healed one starts over when it comes back."""

    def __init__(self, connection: Connection) -> None:
        """Work in this connection's transaction."""
        self._connection = connection

    def record(
        self,
        cluster_id: str,
        kinds: Collection[DivergenceKind],
        found: Sequence[Divergence],
        now: datetime,
        *,
        not_judged: Collection[str] = (),
    ) -> Sequence[Sighting]:
        """Insert or update what was found, update what was not."""
        seen = {key_of(each) for each in found}
        gone = [
            {"its_cluster": cluster_id, "its_kind": kind, "its_object": object_id, "at": now}
            for kind, object_id in self._lasting_keys(cluster_id, kinds)
            if (kind, object_id) not in seen and object_id not in not_judged
        ]
        if gone:
            self._connection.execute(HEAL, gone)
        if not found:
            return []
        self._see(found, now)
        rows = self._rows(divergences.c.cluster_id == cluster_id, divergences.c.kind.in_(kinds))
        by_key = {key_of(row.divergence): row for row in rows}
        return [by_key[key_of(each)] for each in found]

    def lasting(self, cluster_id: str | None = None) -> Sequence[Sighting]:
        """Select."""
        mine = () if cluster_id is None else (divergences.c.cluster_id == cluster_id,)
        return self._rows(*mine)

    def forget(self, before: datetime) -> int:
        """Delete."""
        done = self._connection.execute(delete(divergences).where(divergences.c.healed < before))
        return done.rowcount

    def _see(self, found: Sequence[Divergence], now: datetime) -> None:
        insert = UPSERTS[self._connection.dialect.name](divergences)
        kept, new = divergences.c, insert.excluded
        lasted = kept.healed.is_(None)
        statement = insert.on_conflict_do_update(
            index_elements=[kept.kind, kept.cluster_id, kept.object_id],
            set_={
                "detail": new.detail,
                "repairable": new.repairable,
                "sightings": case((lasted, kept.sightings + 1), else_=1),
                "first_seen": case((lasted, kept.first_seen), else_=new.first_seen),
                "last_seen": new.last_seen,
                "healed": None,
            },
        )
        times = {"sightings": 1, "first_seen": now, "last_seen": now}
        # In one order everywhere: two audits at once wait for each other, and no more.
        rows = [asdict(each) | times for each in sorted(found, key=key_of)]
        self._connection.execute(statement, rows)

    def _lasting_keys(
        self, cluster_id: str, kinds: Collection[DivergenceKind]
    ) -> list[tuple[DivergenceKind, str]]:
        query = (
            select(divergences.c.kind, divergences.c.object_id)
            .where(
                divergences.c.cluster_id == cluster_id,
                divergences.c.kind.in_(kinds),
                divergences.c.healed.is_(None),
            )
            .order_by(divergences.c.kind, divergences.c.object_id)
        )
        return [(DivergenceKind(kind), name) for kind, name in self._connection.execute(query)]

    def _rows(self, *where: Any) -> list[Sighting]:
        query = (
            select(divergences)
            .where(and_(divergences.c.healed.is_(None), *where))
            .order_by(divergences.c.first_seen, divergences.c.kind, divergences.c.object_id)
        )
        return [_sighting(row) for row in self._connection.execute(query)]


def key_of(found: Divergence) -> tuple[DivergenceKind, str]:
    """What makes it the same one as before, in its cluster."""
    return found.kind, found.object_id


def _sighting(row: Row[Any]) -> Sighting:
    return Sighting(
        Divergence(
            DivergenceKind(row.kind), row.cluster_id, row.object_id, row.detail, row.repairable
        ),
        row.sightings,
        row.first_seen,
        row.last_seen,
        row.healed,
    )
