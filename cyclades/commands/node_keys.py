"""`cyclades-manage cluster node-key`: by what a cluster's nodes show who they are."""

from pathlib import Path

import click

from cyclades.commands import ini


@click.command("node-key")
@click.argument("name")
@click.option("--revoke", is_flag=True, help="Make none: the old one is void from now on.")
@ini.option
@ini.plainly
def node_key(name: str, path: Path, *, revoke: bool) -> None:
    """Make the key with which a cluster's nodes read what may pass their interfaces.

    It is printed once, and takes the place of the old one.
    """
    app = ini.application(path)
    if revoke:
        app.atomically(lambda unit: unit.node_keys.revoke(name))
        click.echo(f"The nodes of {name} have no key any more.")
        return
    click.echo(app.atomically(lambda unit: unit.node_keys.make(name)))
