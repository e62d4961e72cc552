"""Processes that are objects: each has its clock, its memory and its end.

What a real process does between two statements of ours, these do at named places: end
(`Crash`), stop for a while (`Thread` that is held), or lose what they were about to commit.
"""

import os
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from types import SimpleNamespace
from typing import Any

from sqlalchemy.exc import OperationalError

from cyclades.bootstrap import Application, Unit, faultpoints
from cyclades.ports.clock import Clock
from cyclades.ports.ids import Ids
from cyclades.ports.outbox import Claim
from tests.adapters.simulated.hand_clock import HandClock


class Crash(BaseException):
    """The process has ended here: nothing in it may catch this."""


class SkewedClock(Clock):
    """A process's own idea of the time of day; how long things take, it knows as well as any."""

    def __init__(self, true: HandClock) -> None:
        self.true = true
        self.skew = 0.0

    def now(self) -> datetime:
        return self.true.now() + timedelta(seconds=self.skew)

    def monotonic(self) -> float:
        return self.true.monotonic()

    def sleep(self, seconds: float) -> None:
        """Nobody else works meanwhile: there is nothing to wait for."""


class CountedIds(Ids):
    """The same in every run: a failure that is found is found again."""

    def __init__(self, start: int = 1) -> None:
        self._numbers = count(start)

    def new(self) -> str:
        number = next(self._numbers)
        return f"{number >> 16:08x}-{number & 0xFFFF:04x}-7000-8000-{number:012x}"

    def token(self, bits: int = 256) -> str:
        return f"{next(self._numbers):0{bits // 6 + 1}d}"

    def password(self) -> str:
        return f"Aa1{next(self._numbers):09d}"

    def mac(self, prefix: str) -> str:
        tail = next(self._numbers).to_bytes(6 - len(prefix.split(":")))
        return f"{prefix}:{tail.hex(':')}"


class FragileApplication(Application):
    """Its database can lose the next transactions, or only their answers."""

    lost_commits = 0
    lost_answers = 0

    @contextmanager
    def transaction(self) -> Iterator[Unit]:
        with super().transaction() as unit:
            yield unit
            if self.lost_commits:
                self.lost_commits -= 1
                raise away()
        if self.lost_answers:
            self.lost_answers -= 1
            raise away()


def away() -> OperationalError:
    """What is raised when the database goes away in the middle."""
    return OperationalError("COMMIT", {}, sqlite3.OperationalError("the database went away"))


@dataclass(slots=True)
class Inline(Executor):
    """Instead of threads: a submission is made at once, or held for as long as wanted."""

    holding: bool = False
    held: list[Callable[[], None]] = field(default_factory=list)
    interrupted: list[Claim] = field(default_factory=list)
    over: Crash | None = None

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        if self.over is not None:
            future.set_exception(self.over)
        elif self.holding:
            self.held.append(partial(fn, *args, **kwargs))
            future.set_result(None)
        else:
            self._run(future, fn, args)
        return future

    def _run(self, future: Future[Any], fn: Callable[..., Any], args: tuple[Any, ...]) -> None:
        try:
            future.set_result(fn(*args))
        except Crash as crash:
            self.over = crash
            self.interrupted = [arg for arg in args if isinstance(arg, Claim)]
            future.set_exception(crash)
        except Exception as error:  # noqa: BLE001 - as an executor does
            future.set_exception(error)


@contextmanager
def mortal() -> Iterator[None]:
    """Named places end in a `Crash` instead of a signal, while the block lasts."""

    def kill(_pid: int, _signal: int) -> None:
        raise Crash

    places: Any = faultpoints
    real = places.os
    places.os = SimpleNamespace(kill=kill, getpid=os.getpid)
    try:
        yield
    finally:
        places.os = real
        arm("")


def arm(place: str, time: int = 1) -> None:
    """Whoever reaches this place for the given time ends there; no place: nobody does."""
    faultpoints._PLACE, faultpoints._DEED, faultpoints._TIME = place, "kill", str(time)
    faultpoints._VISITS = count(1)
