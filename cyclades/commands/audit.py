"""`cyclades-manage audit`: where database and clusters do not agree."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import click

from cyclades.bootstrap import Application
from cyclades.commands import ini
from cyclades.domain.model.cluster import Cluster
from cyclades.domain.model.divergence import MEANINGS, Divergence, DivergenceKind
from cyclades.domain.services.cluster_repair import LOOKS_BEFORE
from cyclades.ports.cluster_driver import ClusterUnavailable
from cyclades.workers.audits import (
    audit_cluster,
    audit_ledger,
    look_at_cluster,
    look_at_ledger,
)
from cyclades.workers.reconciler import resolve_late

FOUND, BLIND = 1, 2  # exit codes
LOOKS = max(LOOKS_BEFORE.values())
COLUMNS = ("kind", "cluster", "object", "state", "detail")

Key = tuple[DivergenceKind, str, str]


@dataclass(slots=True)
class Report:
    """What was found, by what it is about; what of it was mended; who did not answer."""

    found: dict[Key, Divergence] = field(default_factory=dict)
    mended: set[Key] = field(default_factory=set)
    unreachable: list[str] = field(default_factory=list)

    def add(self, found: Sequence[Divergence], mended: Sequence[Divergence] = ()) -> None:
        """More of it."""
        self.found |= {key_of(each): each for each in found}
        self.mended |= {key_of(each) for each in mended}

    def state(self, key: Key) -> str:
        """In words."""
        if key in self.mended:
            return "mended"
        return "can be mended" if self.found[key].repairable else "for an operator"

    @property
    def exit_code(self) -> int:
        """0 when all is well everywhere."""
        left = self.found.keys() - self.mended
        alarming = any(MEANINGS[kind].alarming for kind, _, _ in left)
        return BLIND if self.unreachable else FOUND if alarming else 0


@click.command()
@click.option("--fix", is_flag=True, help="Mend what mends itself; without it, only look.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--cluster", "only", metavar="NAME", help="This cluster alone.")
@click.option("--without-fuse", is_flag=True, help="However many servers it is about.")
@ini.option
@ini.plainly
def audit(only: str | None, path: Path, *, fix: bool, as_json: bool, without_fuse: bool) -> None:
    """Compare the database with the clusters and with itself.

    The exit code is 0 when they agree, 1 when they do not, 2 when a cluster did not answer.
    """
    app = ini.application(path)
    try:
        with app.reader() as unit:
            clusters = unit.clusters.list() if only is None else [unit.clusters.by_name(only)]
        look = mending if fix else looking
        report = Report()
        if fix:
            resolve_late(app)
        for cluster in clusters:
            if not cluster.offline:
                look(app, cluster, report, fuse=not without_fuse)
        if only is None:
            look_inside(app, report, fix=fix)
    finally:
        app.close()
    names = {cluster.id: cluster.name for cluster in clusters}
    (show_json if as_json else show_table)(report, names)
    raise SystemExit(report.exit_code)


def looking(app: Application, cluster: Cluster, report: Report, *, fuse: bool) -> None:
    """One look that changes nothing."""
    try:
        findings = look_at_cluster(app, cluster.id, fuse=fuse)
    except ClusterUnavailable:
        report.unreachable.append(cluster.name)
        return
    report.add([finding.divergence for finding in findings.found])


def mending(app: Application, cluster: Cluster, report: Report, *, fuse: bool) -> None:
    """As many looks as it takes until all that mends itself may be mended."""
    for _ in range(LOOKS):
        try:
            audited = audit_cluster(app, cluster.id, fuse=fuse, ordered=True)
        except ClusterUnavailable:
            report.unreachable.append(cluster.name)
            return
        report.add([seen.divergence for seen in audited.found], audited.mended)


def look_inside(app: Application, report: Report, *, fix: bool) -> None:
    """The database against itself."""
    if not fix:
        report.add(look_at_ledger(app))
        return
    audited = audit_ledger(app)
    report.add([seen.divergence for seen in audited.found], audited.mended)


def key_of(found: Divergence) -> Key:
    """What it is about."""
    return found.kind, found.cluster_id, found.object_id


def show_table(report: Report, names: dict[str, str]) -> None:
    """One line each."""
    rows = [
        (key[0], names.get(key[1], key[1]) or "-", key[2], report.state(key), found.detail)
        for key, found in report.found.items()
    ]
    table = [COLUMNS, *rows]
    widths = [max(len(row[index]) for row in table) for index in range(len(COLUMNS) - 1)]
    for row in table if rows else ():
        cells = [text.ljust(width) for text, width in zip(row, widths, strict=False)]
        click.echo("  ".join([*cells, row[-1]]))
    for name in report.unreachable:
        click.echo(f"{name} does not answer: nothing is known of it.")
    if not rows and not report.unreachable:
        click.echo("Everything agrees.")


def show_json(report: Report, names: dict[str, str]) -> None:
    """The same for programs."""
    divergences = [
        {
            "kind": found.kind,
            "cluster": names.get(found.cluster_id, found.cluster_id) or None,
            "object": found.object_id,
            "detail": found.detail,
            "state": report.state(key),
            "alarming": MEANINGS[found.kind].alarming,
            "says": MEANINGS[found.kind].says,
            "mended_by": MEANINGS[found.kind].mended_by,
        }
        for key, found in report.found.items()
    ]
    said = {"divergences": divergences, "unreachable": report.unreachable}
    click.echo(json.dumps(said, indent=2))
