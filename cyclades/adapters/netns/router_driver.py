"""A Linux gateway host: each router is a network namespace with its own tables."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

from cyclades.adapters.netns import flows, links, routes, rules
from cyclades.adapters.netns.advertising import Advertising
from cyclades.adapters.netns.commands import Commands
from cyclades.adapters.netns.memory import MEMORY, Memory, Remembered
from cyclades.adapters.netns.namespaces import NAMESPACES, PREFIX, Namespace
from cyclades.domain.model.router_state import RouterState
from cyclades.ports.clock import Clock
from cyclades.ports.documents import Documents
from cyclades.ports.router_driver import RouterDriver, RouterTrouble

NAME: Final = re.compile(r"[0-9A-Za-z-]{1,64}", re.ASCII)


class NetnsRouterDriver(RouterDriver):
    """Runs on the gateway host itself, as root.

    Each step looks at what is there and mends what differs: killed anywhere, the next `apply`
    goes on from what it finds.
    """

    def __init__(self, commands: Commands) -> None:
        """Nothing is looked at yet."""
        self._commands = commands

    def apply(self, state: RouterState) -> None:
        """Rules first, so that no interface is ever without them."""
        with _told():
            namespace, memory = self._parts(state.id)
            before, now = memory.read(), flows.translations_of(state)
            used = tuple(dict.fromkeys((*before.translations, *now)))
            memory.write(replace(before, digest="", translations=used))
            namespace.ensure()
            plugs = links.plugs_of(state)
            troubles = [plug.trouble for plug in plugs if plug.trouble]
            plugs = [plug for plug in plugs if not plug.trouble]
            rules.ensure(namespace, state, plugs)
            changed = links.wire(namespace, plugs)
            troubles += routes.lay(namespace, state, plugs)
            flows.forget(namespace, set(used) - set(now))
            links.announce(namespace, changed if before.digest else plugs)
            advertises = Advertising(namespace, memory.folder).ensure(plugs)
            if troubles:
                raise RouterTrouble("; ".join(troubles))
            places = {plug.outer: links.place_of(plug.outer) for plug in plugs}
            memory.write(Remembered(state.digest, now, places, advertises))

    def remove(self, router_id: str) -> None:
        """The memory goes last: what is left of a router is still told of."""
        with _told():
            namespace, memory = self._parts(router_id)
            if namespace.alive:
                Advertising(namespace, memory.folder).end()
                links.wire(namespace, ())
            if namespace.path.exists():
                namespace.delete()
            memory.forget()

    def list(self) -> Mapping[str, str]:
        """Namespaces, and what is remembered of any."""
        with _told():
            found = {path.name.removeprefix(PREFIX) for path in NAMESPACES.glob(f"{PREFIX}*")}
            found |= {path.name for path in MEMORY.glob("*")}
            ours = sorted(name for name in found if NAME.fullmatch(name))
            return {router_id: self._digest(router_id) for router_id in ours}

    def close(self) -> None:
        """Nothing is held."""

    def _digest(self, router_id: str) -> str:
        """What is remembered, unless somebody took away from it."""
        namespace, memory = self._parts(router_id)
        kept = memory.read()
        whole = (
            namespace.alive
            and all(links.place_of(outer) == place for outer, place in kept.places.items())
            and (not kept.advertises or Advertising(namespace, memory.folder).runs(kept.advertises))
        )
        return kept.digest if whole else ""

    def _parts(self, router_id: str) -> tuple[Namespace, Memory]:
        if not NAME.fullmatch(router_id):
            raise RouterTrouble(f"{router_id[:64]!r} cannot be a router's name")
        return Namespace(router_id, self._commands), Memory(router_id)


@contextmanager
def _told() -> Iterator[None]:
    """What goes wrong with files, and a state that cannot be, is trouble like any other."""
    try:
        yield
    except OSError as error:
        raise RouterTrouble(f"{error.filename}: {error.strerror}") from error
    except ValueError as error:
        raise RouterTrouble(str(error)) from error


def make(host: str, *, documents: Documents, clock: Clock, var_dir: Path) -> NetnsRouterDriver:
    """Entry point `netns` of group `cyclades.router_driver`; what it remembers ends with /run."""
    del host, documents, clock, var_dir
    return NetnsRouterDriver(Commands())
