"""Connections that go on by a translation that is no more: the kernel forgets them."""

from collections.abc import Iterable
from typing import Final

from cyclades.adapters.netns.namespaces import Namespace
from cyclades.domain.model.router_state import RouterState
from cyclades.ports.router_driver import RouterTrouble

NONE: Final = "0 flow entries have been deleted"


def translations_of(state: RouterState) -> tuple[tuple[str, str], ...]:
    """Addresses outside, and whom they stand for; "": all that is hidden."""
    hidden = ((state.snat, ""),) if state.snat else ()
    return (*hidden, *((item.external, item.fixed) for item in state.floating))


def forget(namespace: Namespace, gone: Iterable[tuple[str, str]]) -> None:
    """End what came by these addresses, and what left by them."""
    for address in sorted({outer for outer, _ in gone}):
        for direction in ("--orig-dst", "--reply-dst"):
            try:
                namespace.run("conntrack", "-D", "-f", "ipv4", direction, address)
            except RouterTrouble as trouble:
                # It calls finding none a failure.
                if NONE not in str(trouble):
                    raise
