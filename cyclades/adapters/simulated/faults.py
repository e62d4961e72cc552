"""Failures and delays on demand, for the tests of everybody who depends on a cluster."""

from dataclasses import fields
from enum import Enum, auto
from typing import Any

from cyclades.adapters.simulated.store import WorldStore
from cyclades.adapters.simulated.world import Faults, Node, World, dump, load


class Fate(Enum):
    """What became of a submission that made no job, or whose answer was lost."""

    NEVER_ARRIVED = auto()
    ANSWER_LOST = auto()
    REFUSED = auto()
    DRAINED = auto()
    FULL = auto()


def take_fate(world: World) -> Fate | None:
    """What happens to the next submission; counts down."""
    faults = world.faults
    if faults.drained or faults.full:
        return Fate.DRAINED if faults.drained else Fate.FULL
    if faults.refuse:
        faults.refuse -= 1
        return Fate.REFUSED
    if faults.swallow_requests:
        faults.swallow_requests -= 1
        return Fate.NEVER_ARRIVED
    if faults.swallow_answers:
        faults.swallow_answers -= 1
        return Fate.ANSWER_LOST
    return None


class FaultControls:
    """The fault switches of one simulated cluster; see `Faults` for their names."""

    def __init__(self, store: WorldStore) -> None:
        """Kept in the world itself, so that every process meets them."""
        self._store = store

    def set(self, **switches: Any) -> None:
        """Set the named switches, leave the others. Raises TypeError for an unknown one.

        `swallow_requests`, `swallow_answers`, `refuse`: the next so many submissions never
        arrive, lose their answer, are refused. `fail_jobs`: the next so many jobs fail, and
        say `failure`. `clinging_guests`: so many keep a disk that leaves them.
        `slowness` multiplies the durations of new jobs. `drained`, `full`:
        the queue takes no jobs. `paused`: jobs stay as they are. `unreachable`: nobody
        answers. `foreign_uuid`: another cluster answers.
        """
        known = {field.name for field in fields(Faults)}
        if switches.keys() - known:
            message = f"no such fault: {sorted(switches.keys() - known)}"
            raise TypeError(message)

        def verb(world: World) -> None:
            for name, value in switches.items():
                setattr(world.faults, name, value)

        self._store.change(verb)

    def clear(self) -> None:
        """Everything works again."""

        def verb(world: World) -> None:
            world.faults = Faults()

        self._store.change(verb)

    def node(self, index: int = 0, *, drained: bool = False, offline: bool = False) -> None:
        """Drain a node or take it away, or bring it back."""

        def verb(world: World) -> None:
            node: Node = list(world.nodes.values())[index]
            node.drained, node.offline = drained, offline

        self._store.change(verb)

    def archive_jobs(self) -> None:
        """Finished jobs are archived before their time, as by `gnt-job archive`."""

        def verb(world: World) -> None:
            world.archive |= {number: job for number, job in world.jobs.items() if job.final}
            world.jobs = {number: job for number, job in world.jobs.items() if not job.final}

        self._store.change(verb)

    def lose_jobs(self, *, restart: bool = False) -> None:
        """The job queue is wiped; with `restart` ids begin at 1 again."""

        def verb(world: World) -> None:
            world.jobs.clear()
            world.archive.clear()
            world.last_job = 0 if restart else world.last_job

        self._store.change(verb)

    def save_jobs(self) -> bytes:
        """A backup of the job queue."""
        return self._store.look(dump)

    def restore_jobs(self, backup: bytes) -> None:
        """The queue is what it was then: later jobs are gone, ids come again, old jobs are back."""

        def verb(world: World) -> None:
            old = load(backup)
            world.jobs, world.archive, world.last_job = old.jobs, old.archive, old.last_job

        self._store.change(verb)
