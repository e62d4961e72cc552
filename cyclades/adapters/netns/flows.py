"""Connections that go on by a translation that is no more: the kernel forgets them."""

from collections.abc import Iterable
from typing import Final

from cyclades.adapters.netns.namespaces import Namespace
from cyclades.domain.model.router_state import RouterState

AT_ONCE: Final = 40  # looks in one process, which has its time


def translations_of(state: RouterState) -> tuple[tuple[str, str], ...]:
    """Addresses outside, and whom they stand for; "": all that is hidden."""
    hidden = ((state.snat, ""),) if state.snat else ()
    return (*hidden, *((item.external, item.fixed) for item in state.floating))


def forget(namespace: Namespace, gone: Iterable[tuple[str, str]]) -> None:
    """End what came by these addresses, and what left by them."""
    addresses = sorted({outer for outer, _ in gone})
    if not addresses:
        return
    # Each look goes through the connections of the whole host: one finds out which are worth two.
    used = set(namespace.run("conntrack", "-L", "-f", "ipv4", "--any-nat").split())
    lines = [
        f"-D -f ipv4 {direction} {address}\n"
        for address in addresses
        if f"dst={address}" in used
        for direction in ("--orig-dst", "--reply-dst")
    ]
    for start in range(0, len(lines), AT_ONCE):
        some = "".join(lines[start : start + AT_ONCE])
        namespace.run("conntrack", "--load-file", "-", stdin=some)
