"""The one predicate of who sees what, in SQL."""

from sqlalchemy import ColumnElement, Table, true

from cyclades.domain.model.sharing import Scope


def within(table: Table, scope: Scope) -> ColumnElement[bool]:
    """Rows of the scope's project; everything for a scope without one."""
    if scope.everything:
        return true()
    return table.c.project_id == scope.project_id
