"""`cyclades-manage address`: which server held which address."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import click

from cyclades.commands import ini
from cyclades.domain.model.address_history import Holding
from cyclades.domain.model.addresses import parse_address
from cyclades.web.rendering import iso

COLUMNS = ("address", "server", "project", "user", "network", "mac", "since", "until")


class Moment(click.ParamType[datetime]):
    """An ISO 8601 date or time; UTC when it names no zone."""

    name = "time"

    def convert(
        self, value: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """Parse it."""
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is no ISO 8601 time, like 2026-11-23T06:00:00Z.", param, ctx)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


@click.group()
def address() -> None:
    """Addresses: who has and had them."""


@address.command()
@click.argument("ip", required=False)
@click.option("--at", type=Moment(), help="Who held it at this time (ISO 8601; UTC).")
@click.option("--network", help="Only on this network (its id).")
@click.option("--server", help="What this server (its id) held, instead of an address.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@ini.option
@ini.plainly
def history(
    ip: str | None,
    at: datetime | None,
    network: str | None,
    server: str | None,
    path: Path,
    *,
    as_json: bool,
) -> None:
    """Which servers held an address, of all projects, oldest first."""
    if (ip is None) == (server is None):
        raise click.UsageError("Name an address, or --server.")
    wanted = str(parse_address(ip, "address")) if ip else None
    with ini.application(path).reader() as unit:
        found = unit.address_history_rows.held(
            address=wanted, server_id=server, network_id=network, at=at
        )
    show(found, as_json=as_json)


def show(found: Sequence[Holding], *, as_json: bool) -> None:
    """A table, or JSON."""
    if as_json:
        plain = [
            asdict(each)
            | {
                "since": each.since.isoformat(),
                "until": each.until.isoformat() if each.until else None,
            }
            for each in found
        ]
        click.echo(json.dumps(plain, indent=2))
        return
    rows = [
        (
            each.address,
            each.server_id,
            each.project_id,
            each.user_id or "",
            each.network_id,
            each.mac,
            str(iso(each.since)),
            iso(each.until) or "still",
        )
        for each in found
    ]
    widths = [max(len(row[place]) for row in (COLUMNS, *rows)) for place in range(len(COLUMNS))]
    for row in (COLUMNS, *rows):
        line = "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True))
        click.echo(line.rstrip())
