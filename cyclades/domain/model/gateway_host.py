"""Gateway hosts: where routers are carried."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class GatewayHost:
    """`alive`: a worker of its own tends it now. `routers`: how many it is to carry."""

    name: str
    alive: bool
    routers: int


def lease_of(host: str) -> str:
    """What the worker that tends the host holds."""
    return f"router:{host}"
