"""`cyclades-manage router`: which gateway host carries what, and how it goes."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import click

from cyclades.bootstrap import Unit
from cyclades.commands import ini
from cyclades.domain.model.listing import Listing
from cyclades.domain.model.router import Router
from cyclades.domain.model.router_state import RouterState
from cyclades.domain.model.sharing import Scope
from cyclades.ports.routers import RouterReport

as_json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
EVERYTHING = Listing(Scope(None, everything=True))


@dataclass(frozen=True, slots=True)
class Carried:
    """A router, what its host is to make of it (None: nothing), and what the host said last."""

    router: Router
    wanted: RouterState | None
    report: RouterReport | None

    @property
    def applied(self) -> str:
        """One word for the operator."""
        report = self.report
        if report is None or report.gateway_host != self.router.gateway_host:
            return "waiting" if self.wanted else "down"
        if report.trouble:
            return "trouble"
        return "yes" if self.wanted and self.wanted.digest == report.digest else "waiting"


COLUMNS: Mapping[str, Callable[[Carried], object]] = {
    "id": lambda c: c.router.id,
    "name": lambda c: c.router.name,
    "project": lambda c: c.router.project_id,
    "host": lambda c: c.router.gateway_host,
    "status": lambda c: c.router.status,
    "applied": lambda c: c.applied,
    "reported": lambda c: f"{c.report.reported:%Y-%m-%d %H:%M:%S}" if c.report else "never",
    "trouble": lambda c: (c.report.trouble if c.report else "") or "none",
}


@click.group()
def router() -> None:
    """Routers: which gateway host carries them, and how it goes."""


@router.command("list")
@as_json_option
@ini.option
@ini.plainly
def list_routers(path: Path, *, as_json: bool) -> None:
    """All routers of all projects."""
    with ini.application(path).reader() as unit:
        found = carried(unit)
    if as_json:
        click.echo(json.dumps([facts(each) for each in found], indent=2))
        return
    table = [list(COLUMNS), *([str(read(each)) for read in COLUMNS.values()] for each in found)]
    widths = [max(len(row[index]) for row in table) for index in range(len(COLUMNS))]
    for row in table:
        line = "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True))
        click.echo(line.rstrip())


@router.command()
@click.argument("router_id")
@as_json_option
@ini.option
@ini.plainly
def show(router_id: str, path: Path, *, as_json: bool) -> None:
    """One router, and all that its gateway host is to make of it."""
    with ini.application(path).reader() as unit:
        unit.router_rows.get(router_id)
        (found,) = [each for each in carried(unit) if each.router.id == router_id]
    wanted = asdict(found.wanted) if found.wanted else None
    if as_json:
        click.echo(json.dumps(facts(found) | {"wanted": wanted}, indent=2))
        return
    for title, read in COLUMNS.items():
        click.echo(f"{title:>10}  {read(found)}")
    click.echo(f"{'wanted':>10}  {json.dumps(wanted)}")


@router.command()
@click.argument("router_id")
@click.argument("gateway_host")
@ini.option
@ini.plainly
def move(router_id: str, gateway_host: str, path: Path) -> None:
    """Let another GATEWAY_HOST carry a router."""
    ini.application(path).atomically(lambda unit: unit.routers.move(router_id, gateway_host))
    click.echo(f"{router_id} is carried by {gateway_host} from now on.")


def carried(unit: Unit) -> list[Carried]:
    """All routers."""
    found = unit.router_rows.list(EVERYTHING)
    hosts = sorted({each.gateway_host for each in found})
    wanted = {state.id: state for host in hosts for state in unit.router_reports.wanted(host)}
    reports = unit.router_reports.of([each.id for each in found])
    return [Carried(each, wanted.get(each.id), reports.get(each.id)) for each in found]


def facts(each: Carried) -> dict[str, Any]:
    """What operators may read."""
    return {title: read(each) for title, read in COLUMNS.items()}
