"""The driver of a world's gateway host, as if it were here."""

import pickle
import subprocess
from collections.abc import Mapping
from typing import Any

from cyclades.domain.model.router_state import RouterState
from cyclades.ports.router_driver import RouterDriver, RouterTrouble
from tests.harness.processes import dying_with_us
from tests.routing.world import World


class RemoteDriver(RouterDriver):
    """Calls go to a process inside, run by `under` (words before a command)."""

    def __init__(self, world: World, *under: str) -> None:
        command = world.python("tests.routing.driver_process", under=under)
        self._process = subprocess.Popen(
            dying_with_us(*command, signal="KILL"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def apply(self, state: RouterState) -> None:
        self._ask("apply", state)

    def remove(self, router_id: str) -> None:
        self._ask("remove", router_id)

    def list(self) -> Mapping[str, str]:
        found: Mapping[str, str] = self._ask("list")
        return found

    def killed(self, verb: str, step: int, *words: Any) -> bool:
        """Have another process killed at this step of the verb; whether it came so far."""
        return bool(self._ask("killed", verb, step, *words))

    def close(self) -> None:
        self._process.communicate()

    def _ask(self, *call: Any) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        pickle.dump(call, self._process.stdin)
        self._process.stdin.flush()
        answer = pickle.load(self._process.stdout)
        if isinstance(answer, RouterTrouble):
            raise answer
        return answer
