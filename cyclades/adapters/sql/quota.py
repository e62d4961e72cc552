"""The quota ledger in SQL: a charge is one conditional UPDATE."""

from collections.abc import Mapping, Sequence
from functools import lru_cache

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    FromClause,
    Update,
    and_,
    bindparam,
    case,
    func,
    literal,
    select,
    update,
)

from cyclades.adapters.sql.schema.quotas import quotas
from cyclades.adapters.sql.upserts import UPSERTS
from cyclades.domain.model.errors import OverQuota, StaleVersion
from cyclades.domain.model.quota import UNLIMITED, Amounts, Holding
from cyclades.ports.quota import QuotaLedger


class SqlQuota(QuotaLedger):
    """Rows appear when a project first uses a resource or gets a limit of its own."""

    def __init__(self, connection: Connection, defaults: Mapping[str, int]) -> None:
        """`defaults` are the limits of projects that have none of their own."""
        self._connection = connection
        self._defaults = defaults

    def charge(self, project_id: str, amounts: Amounts) -> None:
        """Update all or none; who loses a race over the last of a limit starts over."""
        if self._add(project_id, amounts):
            return
        # Rows are missing, or a limit is in the way: make the rows and look again.
        self._ensure(project_id, amounts)
        if self._add(project_id, amounts):
            return
        for holding in self.holdings(project_id, list(amounts)).values():
            wanted = amounts[holding.resource]
            if holding.limit != UNLIMITED and holding.used + wanted > holding.limit:
                raise OverQuota(holding.resource, wanted, holding.used, holding.limit)
        raise StaleVersion("The quota was changed by somebody else; please try again.")

    def release(self, project_id: str, amounts: Amounts) -> None:
        """Subtract."""
        left = quotas.c.used - by_resource(amounts)
        self._connection.execute(
            update(quotas)
            .where(quotas.c.project_id == project_id, quotas.c.resource.in_(list(amounts)))
            .values(used=case((left < 0, 0), else_=left))
        )

    def holdings(self, project_id: str, resources: Sequence[str]) -> Mapping[str, Holding]:
        """Select; resources without a row are unused at their default limit."""
        rows = self._connection.execute(
            select(quotas.c.resource, quotas.c.used, quotas.c.limit).where(
                quotas.c.project_id == project_id, quotas.c.resource.in_(list(resources))
            )
        )
        found = {row.resource: row for row in rows}
        return {
            name: Holding(name, found[name].used, self._limit(name, found[name].limit))
            if name in found
            else Holding(name, 0, self._limit(name, None))
            for name in resources
        }

    def set_limits(self, project_id: str, limits: Amounts) -> None:
        """Update or insert."""
        self._ensure(project_id, limits)
        self._connection.execute(
            update(quotas)
            .where(quotas.c.project_id == project_id, quotas.c.resource.in_(list(limits)))
            .values(limit=by_resource(limits))
        )

    def reset_limits(self, project_id: str, resources: Sequence[str]) -> bool:
        """Forget the project's own limits."""
        done = self._connection.execute(
            update(quotas)
            .where(
                quotas.c.project_id == project_id,
                quotas.c.resource.in_(list(resources)),
                quotas.c.limit.is_not(None),
            )
            .values(limit=None)
        )
        return bool(done.rowcount)

    def defaults(self, resources: Sequence[str]) -> Mapping[str, int]:
        """As the settings say."""
        return {name: self._limit(name, None) for name in resources}

    def own_limits(self, resources: Sequence[str]) -> Mapping[str, Amounts]:
        """Select."""
        query = (
            select(quotas.c.project_id, quotas.c.resource, quotas.c.limit)
            .where(quotas.c.resource.in_(list(resources)), quotas.c.limit.is_not(None))
            .order_by(quotas.c.project_id)
        )
        found: dict[str, dict[str, int]] = {}
        for row in self._connection.execute(query):
            found.setdefault(row.project_id, {})[row.resource] = row.limit
        return found

    def _limit(self, resource: str, own: int | None) -> int:
        return self._defaults.get(resource, UNLIMITED) if own is None else own

    def _add(self, project_id: str, amounts: Amounts) -> bool:
        names = tuple(sorted(amounts))
        values: dict[str, object] = {"project": project_id}
        for name in names:
            values |= {f"{name}_wanted": amounts[name], f"{name}_default": self._limit(name, None)}
        done = self._connection.execute(_charging(names), values).rowcount
        if 0 < done < len(names):
            raise StaleVersion("The quota was changed by somebody else; please try again.")
        return done == len(names)

    def _ensure(self, project_id: str, amounts: Amounts) -> None:
        make = UPSERTS[self._connection.dialect.name]
        rows = [{"project_id": project_id, "resource": name, "used": 0} for name in sorted(amounts)]
        self._connection.execute(make(quotas).values(rows).on_conflict_do_nothing())


def by_resource(amounts: Amounts) -> ColumnElement[int]:
    """The amount of the row's own resource."""
    return case(
        *((quotas.c.resource == name, literal(amount)) for name, amount in amounts.items()),
        else_=0,
    )


@lru_cache(maxsize=64)
def _charging(names: tuple[str, ...]) -> Update:
    """The charge of these resources, put together once: amounts and defaults are parameters.

    The rows that fit are counted first, so that either all change or none; each row is looked
    at again when its turn comes, and then somebody may have been faster.
    """
    counted = quotas.alias("counted")
    enough = select(func.count()).select_from(counted).where(_fits(counted, names))
    return (
        update(quotas)
        .where(_fits(quotas, names), enough.scalar_subquery() == len(names))
        .values(used=quotas.c.used + _of_its_own(quotas, names, "wanted"))
    )


def _fits(table: FromClause, names: tuple[str, ...]) -> ColumnElement[bool]:
    limit = func.coalesce(table.c.limit, _of_its_own(table, names, "default"))
    left = table.c.used + _of_its_own(table, names, "wanted") <= limit
    mine = and_(table.c.project_id == bindparam("project"), table.c.resource.in_(names))
    return and_(mine, (limit == UNLIMITED) | left)


def _of_its_own(table: FromClause, names: tuple[str, ...], kind: str) -> ColumnElement[int]:
    whens = [
        (table.c.resource == name, bindparam(f"{name}_{kind}", type_=BigInteger)) for name in names
    ]
    return case(*whens, else_=0)
