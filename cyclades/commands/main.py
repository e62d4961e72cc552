"""The commands `cyclades` and `cyclades-manage`."""

import warnings

import click

# Pyramid and Cornice still import pkg_resources, WebOb still imports cgi: nobody who runs a
# command can do anything about it. Said before they are imported.
for _message in ("pkg_resources is deprecated", "Deprecated call to", "'cgi' is deprecated"):
    warnings.filterwarnings("ignore", message=_message)

from cyclades.commands.addresses import address  # noqa: E402 - see above
from cyclades.commands.audit import audit  # noqa: E402 - see above
from cyclades.commands.clusters import cluster  # noqa: E402 - see above
from cyclades.commands.deadletters import deadletters  # noqa: E402 - see above
from cyclades.commands.doctor import doctor  # noqa: E402 - see above
from cyclades.commands.migrate import migrate  # noqa: E402 - see above
from cyclades.commands.networks import network  # noqa: E402 - see above
from cyclades.commands.routers import router  # noqa: E402 - see above
from cyclades.commands.serve import serve  # noqa: E402 - see above
from cyclades.commands.servers import server  # noqa: E402 - see above
from cyclades.commands.worker import worker  # noqa: E402 - see above


@click.group()
def cyclades() -> None:
    """Serve the API and run workers."""


cyclades.add_command(serve)
cyclades.add_command(worker)


@click.group()
def manage() -> None:
    """Operate an installation."""


manage.add_command(address)
manage.add_command(audit)
manage.add_command(cluster)
manage.add_command(deadletters)
manage.add_command(doctor)
manage.add_command(network)
manage.add_command(router)
manage.add_command(server)
manage.add_command(migrate)
