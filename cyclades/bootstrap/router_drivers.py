"""The way to a gateway host's routers."""

from typing import TYPE_CHECKING

from cyclades.bootstrap.entry_points import adapter
from cyclades.ports.router_driver import RouterDriver

if TYPE_CHECKING:
    from cyclades.bootstrap.application import Application


def router_driver(app: "Application") -> RouterDriver:
    """The driver of the gateway host that this process carries. Raises LookupError."""
    settings = app.settings
    make = adapter("router_driver", settings.router_driver)
    driver: RouterDriver = make(
        settings.gateway_host,
        documents=app.documents,
        clock=app.clock,
        var_dir=settings.var_dir,
    )
    return driver
