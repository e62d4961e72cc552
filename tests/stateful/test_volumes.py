"""Users who move volumes about while clusters fail: in the end every disk is where it should be."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from shutil import copy
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from cyclades.domain.model.errors import CycladesError
from cyclades.domain.model.volume import Place, Volume, VolumeStatus
from cyclades.workers.audits import audit_cluster
from cyclades.workers.reconciler import resolve_late
from tests.harness.cloud import Cloud, cloud_on
from tests.harness.disks import Disks
from tests.workers.invariants import violations

FAULTS: list[dict[str, Any]] = [
    {"swallow_requests": 1},
    {"swallow_answers": 1},
    {"refuse": 1},
    {"fail_jobs": 1},
    {"fail_jobs": 3},
    {"clinging_guests": 1},
    {"slowness": 40.0},
    {"paused": True},
    {"unreachable": True},
]
REST = frozenset({VolumeStatus.AVAILABLE, VolumeStatus.IN_USE, VolumeStatus.ERROR_EXTENDING})
chosen = st.integers(0, 5)


class Volumers(RuleBasedStateMachine):
    """`template`: a database to copy."""

    template: Path

    def __init__(self) -> None:
        super().__init__()
        self.home = TemporaryDirectory()
        home = Path(self.home.name)
        copy(self.template, home / "cyclades.db")
        self.cloud: Cloud = cloud_on(f"sqlite:///{home}/cyclades.db", home)
        self.disks = Disks(self.cloud)
        self.volumes: list[Volume] = []
        self.servers: list[str] = []

    @initialize()
    def begin(self) -> None:
        self.servers = [self.cloud.create() for _ in range(2)]
        self.cloud.converge()
        self.volumes = [self.disks.blank()]

    def ask(
        self, choice: int, ready: Callable[[Volume], bool], verb: Callable[[Volume], Any]
    ) -> None:
        """As the services above do: only of a volume that nothing is being done to."""
        volume = self.volumes[choice % len(self.volumes)] if self.volumes else None
        if volume is None or self.disks.gone(volume):
            return
        seen = self.disks.see(volume)
        if seen.task_id is None and ready(seen):
            with suppress(CycladesError):
                verb(seen)

    @rule(filled=st.booleans())
    def make(self, *, filled: bool) -> None:
        self.volumes.append(self.disks.filled() if filled else self.disks.blank())

    @rule(choice=chosen, server=st.integers(0, 1))
    def attach(self, choice: int, server: int) -> None:
        where = self.servers[server]
        device = f"/dev/vd{'bcdefghijk'[choice]}{len(self.volumes)}"
        self.ask(
            choice,
            lambda v: v.status is VolumeStatus.AVAILABLE,
            lambda v: self.disks.attach(v, where, device),
        )

    @rule(choice=chosen)
    def detach(self, choice: int) -> None:
        self.ask(
            choice,
            lambda v: v.place is Place.SERVER and v.status in REST,
            lambda v: self.disks.detach(v, self.server_of(v)),
        )

    @rule(choice=chosen)
    def extend(self, choice: int) -> None:
        self.ask(
            choice,
            lambda v: v.place in {Place.SERVER, Place.HOLDER} and v.status in REST,
            lambda v: self.disks.extend(
                v, v.size + 1, self.server_of(v) if v.place is Place.SERVER else None
            ),
        )

    @rule(choice=chosen)
    def delete(self, choice: int) -> None:
        self.ask(choice, lambda v: v.place is not Place.SERVER, self.disks.delete)

    def server_of(self, volume: Volume) -> str:
        attachment = self.disks.attachment(volume)
        assert attachment is not None
        return attachment.server_id

    @rule(trouble=st.sampled_from(FAULTS))
    def trouble(self, trouble: dict[str, Any]) -> None:
        self.cloud.cluster().faults.set(**trouble)

    @rule(seconds=st.sampled_from([0.2, 1.0, 30.0, 4000.0]), turns=st.integers(1, 4))
    def wait(self, seconds: float, turns: int) -> None:
        for _ in range(turns):
            self.cloud.turn()
            self.cloud.clock.passed += seconds
        resolve_late(self.cloud.app)

    def teardown(self) -> None:
        try:
            self.cloud.cluster().faults.clear()
            self.cloud.converge(1800)
            # A disk that failed to grow may be larger than its volume says: never smaller. And
            # clusters forget old jobs.
            forgiven = (" MiB", " with 0 jobs")
            wrong = [each for each in violations(self.cloud.app) if not each.endswith(forgiven)]
            assert wrong == []
            audit_cluster(self.cloud.app, "one")
        finally:
            self.cloud.close()
            self.home.cleanup()


@pytest.mark.slow
def test_disks_are_where_they_should_be(sqlite_template: Path) -> None:
    machine = type("VolumersHere", (Volumers,), {"template": sqlite_template})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=8,
            stateful_step_count=25,
            derandomize=True,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
