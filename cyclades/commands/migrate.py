"""`cyclades-manage migrate`: the schema and what a first run needs."""

from pathlib import Path

import click

from cyclades.commands import ini
from cyclades.commands.first_run import first_run

FALLBACK_URL = "http://127.0.0.1:8774"


@click.command()
@ini.option
@ini.plainly
def migrate(path: Path) -> None:
    """Bring the database up to date; make users, flavors, network and image if missing."""
    app = ini.application(path, migrate=True)
    first_run(app, app.settings.public_url or FALLBACK_URL, click.echo)
    app.close()
    click.echo("The database is up to date.")
