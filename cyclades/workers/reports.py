"""Reports, however they came, end here."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from concurrent.futures import Executor, wait
from functools import partial
from itertools import chain

from cyclades.bootstrap import Application, Unit
from cyclades.bootstrap.faultpoints import reached
from cyclades.domain.model.reports import JobReport
from cyclades.domain.services.cluster_poll import REMOVAL, Report

TOGETHER = 10  # instances in one transaction


def apply_all(app: Application, reports: Iterable[Report]) -> int:
    """One transaction each, in order; how many changed anything."""
    applied = 0
    for report in reports:
        applied += app.atomically(partial(applied_in, report))
        reached("applied")
    if applied:
        app.queue.wake("effects")
    return applied


def apply_beside(app: Application, reports: Iterable[Report], threads: Executor) -> int:
    """The same side by side: while one thread waits for the database, others work.

    What an instance's reports say stays in order. Raises what the first that failed has
    raised, when all have ended.
    """
    lines: dict[str | None, list[Report]] = defaultdict(list)
    for report in reports:
        lines[report.instance].append(report)
    calm = [line for line in lines.values() if all(map(is_calm, line))]
    apart = [line for line in lines.values() if not all(map(is_calm, line))]
    groups = [calm[start : start + TOGETHER] for start in range(0, len(calm), TOGETHER)]
    ended = [threads.submit(apply_together, app, [*chain(*group)]) for group in groups]
    ended += [threads.submit(apply_all, app, line) for line in apart]
    wait(ended)
    return sum(future.result() for future in ended)


def is_calm(report: Report) -> bool:
    """Whether it changes one server alone, not what its project uses.

    Only these share transactions: two that hold many servers meet in no order over quota.
    """
    return isinstance(report, JobReport) and report.opcode != REMOVAL


def apply_together(app: Application, reports: Sequence[Report]) -> int:
    """All of them or none in one transaction."""
    applied = app.atomically(lambda unit: sum(applied_in(report, unit) for report in reports))
    reached("applied")
    if applied:
        app.queue.wake("effects")
    return applied


def applied_in(report: Report, unit: Unit) -> bool:
    """Apply a report in a unit's transaction."""
    changed = unit.cluster_updates.apply(report)
    reached("applying")
    return changed
