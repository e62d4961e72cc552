"""The driver, run on a gateway host: pickled calls come in, pickled answers go out."""

import os
import pickle
import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any, BinaryIO

from cyclades.adapters.netns.commands import Commands
from cyclades.adapters.netns.router_driver import NetnsRouterDriver
from cyclades.ports.router_driver import RouterTrouble


@dataclass(frozen=True, slots=True)
class Mortal(Commands):
    """Kills its process before it runs the last of so many programs."""

    last: int = 0
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def run(self, *command: str, stdin: str = "") -> str:
        if next(self.numbers) == self.last:
            os.kill(os.getpid(), signal.SIGKILL)
        return Commands.run(self, *command, stdin=stdin)


def killed(verb: str, step: int, *words: Any) -> bool:
    """Have a process killed at this step of the verb; whether it came so far."""
    child = os.fork()
    if child == 0:
        getattr(NetnsRouterDriver(Mortal(last=step)), verb)(*words)
        os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def serve(calls: BinaryIO, answers: BinaryIO) -> None:
    driver = NetnsRouterDriver(Commands())
    verbs: dict[str, Callable[..., Any]] = {
        "apply": driver.apply,
        "remove": driver.remove,
        "list": driver.list,
        "killed": killed,
    }
    while True:
        try:
            verb, *words = pickle.load(calls)
        except EOFError:
            return
        try:
            answer = verbs[verb](*words)
        except RouterTrouble as trouble:
            answer = trouble
        pickle.dump(answer, answers)
        answers.flush()


if __name__ == "__main__":
    serve(sys.stdin.buffer, sys.stdout.buffer)
