"""Connections that go on by a translation that is no more: the kernel forgets them."""

from collections.abc import Iterable

from cyclades.adapters.netns.namespaces import Namespace
from cyclades.domain.model.router_state import RouterState


def translations_of(state: RouterState) -> tuple[tuple[str, str], ...]:
    """Addresses outside, and whom they stand for; "": all that is hidden."""
    hidden = ((state.snat, ""),) if state.snat else ()
    return (*hidden, *((item.external, item.fixed) for item in state.floating))


def forget(namespace: Namespace, gone: Iterable[tuple[str, str]]) -> None:
    """End what came by these addresses, and what left by them."""
    lines = [
        f"-D -f ipv4 {direction} {address}\n"
        for address in sorted({outer for outer, _ in gone})
        for direction in ("--orig-dst", "--reply-dst")
    ]
    if lines:
        namespace.run("conntrack", "--load-file", "-", stdin="".join(lines))
