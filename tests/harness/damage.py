"""What goes wrong behind everybody's back, in a cluster or in the database."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import text

from cyclades.adapters.simulated.world import Instance, World
from cyclades.domain.model.divergence import Divergence
from tests.harness.cloud import Cloud


def alter(cloud: Cloud, server_id: str, verb: Callable[[Instance], object]) -> None:
    """Something happens to a server's instance, and no job says so."""
    name = cloud.server(server_id).instance

    def deed(world: World) -> None:
        verb(world.instances[name])

    cloud.cluster().store.change(deed)


def vanish(cloud: Cloud, *server_ids: str) -> None:
    """The servers' instances are gone, and no job says so."""
    names = [cloud.server(server_id).instance for server_id in server_ids]

    def deed(world: World) -> None:
        for name in names:
            del world.instances[name]

    cloud.cluster().store.change(deed)


def sql(cloud: Cloud, statement: str, **values: Any) -> None:
    """Somebody writes into the database by hand."""
    with cloud.app.transaction() as unit:
        unit.connection.execute(text(statement), values)


def lasting(cloud: Cloud) -> list[Divergence]:
    """What audits have written down and is not healed."""
    with cloud.app.reader() as unit:
        return [seen.divergence for seen in unit.divergences.lasting()]
