"""The commands `cyclades` and `cyclades-manage`."""

import click

from cyclades.commands.clusters import cluster
from cyclades.commands.migrate import migrate
from cyclades.commands.serve import serve
from cyclades.commands.worker import worker


@click.group()
def cyclades() -> None:
    """Serve the API and run workers."""


cyclades.add_command(serve)
cyclades.add_command(worker)


@click.group()
def manage() -> None:
    """Operate an installation."""


manage.add_command(cluster)
manage.add_command(migrate)
