"""Reports, however they came, end here: one transaction each."""

from collections.abc import Iterable
from functools import partial

from cyclades.bootstrap import Application, Unit
from cyclades.bootstrap.faultpoints import reached
from cyclades.domain.services.cluster_poll import Report


def apply_all(app: Application, reports: Iterable[Report]) -> int:
    """How many changed anything."""
    applied = 0
    for report in reports:
        applied += app.atomically(partial(applied_in, report))
        reached("applied")
    if applied:
        app.queue.wake("effects")
    return applied


def applied_in(report: Report, unit: Unit) -> bool:
    """Apply a report in a unit's transaction."""
    changed = unit.cluster_updates.apply(report)
    reached("applying")
    return changed
