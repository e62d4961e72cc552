"""A whole installation in one thread: users, workers of two processes, two clusters.

Whatever the state machine does, it does through a verb of this class, so that what it finds
can be written down as a plain test.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any, cast

from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from cyclades.adapters.simulated import engine
from cyclades.adapters.simulated.driver import SimulatedDriver
from cyclades.domain.model.errors import CycladesError
from cyclades.domain.services.effect_submission import Outcome
from cyclades.ports.cluster_driver import SubmissionRefused
from cyclades.ports.hints import BrokerUnavailable
from cyclades.ports.outbox import Claim
from cyclades.workers.audits import audit_ledger
from cyclades.workers.effects import EffectsWorker
from cyclades.workers.poller import ClusterPoller
from cyclades.workers.reconciler import ClusterReconciler, resolve_late
from cyclades.workers.updates import ClusterListener
from tests.adapters.simulated.hand_clock import HandClock
from tests.stateful.people import People
from tests.stateful.processes import (
    Crash,
    FragileApplication,
    Inline,
    SkewedClock,
    arm,
)

CLUSTERS = ("one", "two")
PLACES = (
    "claiming",
    "claimed",
    "answered",
    "recorded",
    "applying",
    "applied",
    "settling",
    "audited",
    "mended",
)
SMALL: dict[str, Any] = {
    "quota_instances": 4,
    "quota_cores": 6,
    "quota_ram": 8192,
    "quota_port": 8,
    "quota_network": 2,
    "quota_subnet": 2,
    "quota_floatingip": 2,
    "quota_router": 1,
    "mac_prefix_pool": "aa:0d:00-aa:0d:02",
    "audit_interval": 5.0,
    "public_subnet": "203.0.113.0/28",
}
BOUND = 1800.0  # seconds until everything must be settled once nothing goes wrong any more
CALM = 50.0  # seconds without anything new: more than any lease, pause or second look takes
STEP, SLOWER, LONGEST_STEP = 0.4, 2.5, 12.0
KEPT_REPORTS = 60


@dataclass(slots=True)
class Process:
    """One that runs workers. It may end at any moment; the next has none of its memory."""

    name: str
    app: FragileApplication
    clock: SkewedClock
    lives: int = 0
    pool: Inline = field(default_factory=Inline)
    effects: EffectsWorker = field(init=False)
    pollers: dict[str, ClusterPoller] = field(init=False)
    reconcilers: dict[str, ClusterReconciler] = field(init=False)
    listeners: dict[str, ClusterListener] = field(init=False)

    def __post_init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        """Forget everything."""
        self.lives += 1
        self.pool = Inline()
        self.effects = EffectsWorker(self.app, self.pool)
        holder = f"{self.name} {self.lives}"
        self.pollers = {name: ClusterPoller(self.app, name, holder) for name in CLUSTERS}
        self.reconcilers = {name: ClusterReconciler(self.app, name, holder) for name in CLUSTERS}
        vars(self.app).pop("hints", None)  # they were in its memory
        self.listeners = {name: ClusterListener(self.app, name) for name in CLUSTERS}
        for name, listener in self.listeners.items():
            listener._channel = self.app.hints.open(name)

    def has_hints(self, cluster: str) -> bool:
        """Whether its listener would find anything at once; otherwise it waits, in real time."""
        now, later = self.app.clock.monotonic(), self.listeners[cluster]._later.values()
        waiting = self.app.hints.depths([cluster])[cluster]
        return bool(waiting) or any(moment <= now for moment, _ in later)


@dataclass(slots=True)
class Site:
    """The installation. Use `Ground.site`."""

    users: People
    processes: list[Process]
    clock: HandClock
    frozen: list[Callable[[], None]] = field(default_factory=list)
    unrecorded: list[tuple[Process, Claim]] = field(default_factory=list)
    reports: list[object] = field(default_factory=list)
    ahead: float = 0.0  # seconds by which a clock was ahead, at most
    late: set[str] = field(default_factory=set)  # effects that were sent when nobody may

    @property
    def apps(self) -> list[FragileApplication]:
        """The API's and the workers'."""
        return [
            cast(FragileApplication, self.users.app),
            *(process.app for process in self.processes),
        ]

    def cluster(self, name: str) -> SimulatedDriver:
        """The driver, with its administrator and its fault switches."""
        return cast(SimulatedDriver, self.users.app.drivers.of(name))

    def asks(self, verb: Callable[[], object]) -> bool:
        """A user asks; False when the answer is a foreseen no, or nothing was heard."""
        try:
            verb()
        except (CycladesError, OperationalError):
            return False
        return True

    def submits(self, process: Process) -> None:
        """The effects worker's turn."""
        self._guarded(process, process.effects.turn)
        self.frozen += process.pool.held
        if process.pool.over is not None:
            self.unrecorded += [(process, claim) for claim in process.pool.interrupted]
        if process.pool.held or process.pool.over is not None:
            process.restart()

    def freezes(self, process: Process) -> None:
        """Its effects worker will stand still with the next that it claims; another goes on."""
        process.pool.holding = True

    def polls(self, process: Process, cluster: str) -> None:
        """One look of the poller."""
        self._guarded(process, process.pollers[cluster].turn)

    def tells(self, process: Process, cluster: str, body: bytes) -> None:
        """A cluster's nodes tell a process something; if it is not there, they told nobody."""
        with suppress(BrokerUnavailable):
            process.app.hints.publish(cluster, body)

    def listens(self, process: Process, cluster: str) -> None:
        """The updates worker's turn, when there is anything for it."""
        if process.has_hints(cluster):
            self._guarded(process, process.listeners[cluster].turn)

    def audits(self, process: Process, cluster: str) -> None:
        """One round of the reconciler."""
        self._guarded(process, process.reconcilers[cluster].turn)

    def resolves(self, process: Process) -> None:
        """What is past its deadline is dealt with, and the books are compared."""
        self._guarded(process, lambda: resolve_late(process.app))
        self._guarded(process, lambda: audit_ledger(process.app))

    def _guarded(self, process: Process, turn: Callable[[], object]) -> None:
        try:
            turn()
        except Crash:
            process.restart()
        except OperationalError:
            pass  # a worker goes on after an error: running.py

    def thaws(self, index: int) -> None:
        """A frozen worker goes on where it stood: before it looks at the time."""
        with suppress(Crash, OperationalError):
            self.frozen.pop(index)()

    def sends_late(self, index: int) -> None:
        """A frozen worker goes on where it stood: after it has looked at the time."""
        held = cast("partial[None]", self.frozen.pop(index))
        claim = held.args[0]
        self.late.add(claim.effect.id)
        with suppress(CycladesError, OperationalError, SubmissionRefused):
            job = self.cluster(claim.effect.cluster_id).submit(claim.effect)
            self._record(self.processes[0], claim, job)

    def records_late(self, index: int) -> None:
        """A worker that had its answer when it froze writes it down."""
        process, claim = self.unrecorded.pop(index)
        with suppress(CycladesError, OperationalError):
            job = self.cluster(claim.effect.cluster_id).find(claim.effect.id)
            if job is not None:
                self._record(process, claim, job)

    def _record(self, process: Process, claim: Claim, job: int) -> None:
        process.app.atomically(
            lambda unit: unit.effect_submission.record(claim, Outcome(job_id=job))
        )

    def replays(self, index: int) -> None:
        """A report that was applied before comes again, or for the first time, but late."""
        report = self.reports[index]
        with suppress(OperationalError, Crash):
            self.processes[0].app.atomically(lambda unit: unit.cluster_updates.apply(report))

    def saw(self, report: object) -> None:
        """Keep a report."""
        if report not in self.reports:
            self.reports.append(report)
        del self.reports[:-KEPT_REPORTS]

    def cancels(self, cluster: str, job: int) -> None:
        """`gnt-job cancel`; may be too late."""
        driver = self.cluster(cluster)
        driver.store.change(lambda world: engine.cancel(world, job))

    def skews(self, app: int, seconds: float) -> None:
        """One process's time of day is wrong by so much."""
        self.ahead = max(self.ahead, seconds)
        cast(SkewedClock, self.apps[app].clock).skew = seconds

    def round(self, *processes: Process) -> None:
        """Every worker of these processes once."""
        for process in processes or self.processes:
            self.submits(process)
            for name in CLUSTERS:
                self.polls(process, name)
                self.listens(process, name)
                self.audits(process, name)
            self._guarded(process, partial(resolve_late, process.app))

    def passes(self, seconds: float, *processes: Process) -> None:
        """Turn these processes' workers for so long."""
        end = self.clock.passed + seconds
        while self.clock.passed < end:
            self.round(*processes)
            self.clock.passed += 1

    def heals(self) -> None:
        """Nothing goes wrong any more; who stood still goes on."""
        arm("")
        for name in CLUSTERS:
            driver = self.cluster(name)
            driver.faults.clear()
            for node in range(len(driver.store.look(lambda world: world.nodes))):
                driver.faults.node(node)
        for number, app in enumerate(self.apps):
            app.lost_commits = app.lost_answers = 0
            self.skews(number, 0.0)
        for name in CLUSTERS:
            self.users.drain(name, drained=False)
        self.clock.passed += self.ahead  # leases end by the clock that they were made by
        while self.frozen:
            self.thaws(0)
        while self.unrecorded:
            self.records_late(0)

    def settles(self) -> None:
        """Turn one process's workers until nothing is new any more, or fail."""
        start, step, quiet_since, before = self.clock.passed, STEP, self.clock.passed, None
        while self.clock.passed < quiet_since + CALM:
            assert self.clock.passed < start + BOUND, f"still to do: {self.users.unfinished()}"
            self.round(self.processes[0])
            now = self._state()
            same, before = now == before, now
            step = min(step * SLOWER, LONGEST_STEP) if same else STEP
            if not same or self.users.unfinished():
                quiet_since = self.clock.passed
            self.clock.passed += step

    def waiting_hints(self) -> int:
        """How many hints no listener has had yet, of the process that lived to the end."""
        return sum(self.processes[0].app.hints.depths(CLUSTERS).values())

    def parked(self) -> set[bytes]:
        """The hints that nobody could use."""
        brokers = (process.app.hints for process in self.processes)
        return {letter.body for broker in brokers for letter in broker.parked()}

    def _state(self) -> object:
        with self.users.app.reader() as unit:
            return [
                unit.connection.execute(text(query)).all()
                for query in (
                    "SELECT id, version FROM servers ORDER BY id",
                    "SELECT seq, state, job_rank FROM effects ORDER BY seq",
                )
            ]
