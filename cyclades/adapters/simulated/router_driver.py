"""A gateway host that only remembers what it was told."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from cyclades.domain.model.router_state import RouterState
from cyclades.ports.clock import Clock
from cyclades.ports.documents import Documents
from cyclades.ports.router_driver import RouterDriver, RouterTrouble

Host = dict[str, Any]


class SimulatedRouterDriver(RouterDriver):
    """The host is the document `simulated-routers/<host>`, for all processes to see.

    For tests and demonstrations: `fail` has it refuse work, `forget` reboots it.
    """

    def __init__(self, host: str, documents: Documents) -> None:
        """Nothing is read yet."""
        self._name = f"simulated-routers/{host}"
        self._documents = documents

    def apply(self, state: RouterState) -> None:
        """Remember the state."""
        self._change(lambda host: self._put(host, state))

    def remove(self, router_id: str) -> None:
        """Forget the router."""

        def verb(host: Host) -> str:
            if not host["trouble"]:
                host["routers"].pop(router_id, None)
            return str(host["trouble"])

        self._change(verb)

    def list(self) -> Mapping[str, str]:
        """What is remembered."""
        host = self._read()[1]
        if host["unreachable"]:
            raise RouterTrouble(host["unreachable"])
        return {router_id: router["digest"] for router_id, router in host["routers"].items()}

    def close(self) -> None:
        """Nothing is held."""

    def state(self, router_id: str) -> dict[str, Any]:
        """What was told of a router, as JSON. Raises KeyError."""
        found: dict[str, Any] = self._read()[1]["routers"][router_id]["state"]
        return found

    def fail(self, trouble: str = "", *, unreachable: str = "") -> None:
        """Nothing can be changed, or not even looked at, for this reason; "": all is well."""

        def verb(host: Host) -> str:
            host.update(trouble=trouble, unreachable=unreachable)
            return ""

        self._change(verb)

    def forget(self) -> None:
        """As after a reboot."""

        def verb(host: Host) -> str:
            host["routers"].clear()
            return ""

        self._change(verb)

    @staticmethod
    def _put(host: Host, state: RouterState) -> str:
        if trouble := str(host["trouble"]):
            if state.id in host["routers"]:
                host["routers"][state.id]["digest"] = ""
            return trouble
        host["routers"][state.id] = {"digest": state.digest, "state": asdict(state)}
        return ""

    def _change(self, verb: Callable[[Host], str]) -> None:
        while True:
            version, host = self._read()
            trouble = verb(host)
            if self._documents.write(self._name, version, json.dumps(host).encode()):
                break
        if trouble:
            raise RouterTrouble(trouble)

    def _read(self) -> tuple[int, Host]:
        kept = self._documents.read(self._name)
        if kept is None:
            return 0, {"routers": {}, "trouble": "", "unreachable": ""}
        return kept[0], json.loads(kept[1])


def make(host: str, *, documents: Documents, clock: Clock, var_dir: Path) -> SimulatedRouterDriver:
    """Entry point `simulated` of group `cyclades.router_driver`."""
    del clock, var_dir
    return SimulatedRouterDriver(host, documents)
