"""How a gateway host carries routers: what a router is there is what it was last told."""

from collections.abc import Mapping
from typing import Protocol

from cyclades.domain.model.router_state import RouterState


class RouterTrouble(Exception):
    """The host could not do it; `str(error)` is for operators. Trying again makes sense."""


class RouterDriver(Protocol):
    """One host's routers. Network calls: never inside a transaction.

    Made by an entry point of group `cyclades.router_driver`: `make(host, *, documents, clock,
    var_dir)` (`host` names the gateway host, `var_dir` is a Path for what it has to remember).
    All calls are idempotent, and only one worker makes them at a time.
    """

    def apply(self, state: RouterState) -> None:
        """Make the router what the state says, whatever it was before, or nothing yet.

        What stays the same keeps working meanwhile, connections too. `list` tells the state's
        digest only once all of it is so. Raises RouterTrouble; then the router may be half
        changed, and `list` tells "" for it, or nothing.
        """
        ...

    def remove(self, router_id: str) -> None:
        """Leave no trace of it; one that is not there is fine. Raises RouterTrouble."""
        ...

    def list(self) -> Mapping[str, str]:
        """What of ours is on the host: digests of states by router; "": not known to be whole.

        Asks the host, not a memory of what was once told: after a reboot nothing is there.
        Raises RouterTrouble.
        """
        ...

    def close(self) -> None:
        """Let go of connections; routers go on."""
        ...
