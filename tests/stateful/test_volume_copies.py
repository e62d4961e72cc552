"""Disks are copied in every direction while clusters fail: what is kept is what was there."""

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from cyclades.domain.model.backup import BackupStatus
from cyclades.domain.model.errors import NotFound
from cyclades.domain.model.image import Status
from cyclades.domain.model.snapshot import SnapshotStatus
from cyclades.domain.model.volume import Place, VolumeStatus, disk_name
from cyclades.workers.audits import audit_cluster
from tests.harness.disks import PREFIX
from tests.harness.image_bytes import leaks
from tests.stateful.copiers import Copiers

WHOLE = frozenset({VolumeStatus.AVAILABLE, VolumeStatus.IN_USE})
LOOKS = 4  # a disk is looked for, a holder found wanting, another left over


class Copied(Copiers):
    """In the end all is at rest, nothing is left over, and each copy is what was copied."""

    def trouble(self) -> None:
        """No rule here: trouble comes with what is asked for."""

    def teardown(self) -> None:
        wrong: list[str] = []
        if hasattr(self, "in_backups"):
            self.cloud.cluster().faults.clear()
            self.cloud.converge(1800)
            for _ in range(LOOKS):
                audit_cluster(self.cloud.app, "one", fuse=False, ordered=True)
                self.cloud.converge(1800)
            self.cloud.app.image_uploads.recover()
            wrong = [*leaks(self.cloud.app), *self.changed()]
        super().teardown()
        assert wrong == []

    def changed(self) -> list[str]:
        """What is not what it was made from."""
        wrong = [f"volume {i}" for i, known in self.on_volumes.items() if not self.same(i, known)]
        for its, known in self.in_snapshots.items():
            with self.cloud.app.reader() as unit:
                seen = unit.snapshot_rows.by_id(its)
            whole = seen is not None and seen.status is SnapshotStatus.AVAILABLE
            if whole and self.disk(its) != known:
                wrong.append(f"snapshot {its}")
        for its, known in self.in_images.items():
            with suppress(NotFound):
                active = self.copies.see(its).status is Status.ACTIVE
                if not active or self.copies.content(its) != known:
                    wrong.append(f"image {its}")
        for its, known in self.in_backups.items():
            with self.cloud.app.reader() as unit:
                kept = unit.backup_rows.by_id(its)
            if kept is not None and kept.status is BackupStatus.AVAILABLE:
                blob = b"".join(self.cloud.app.image_store.read(kept.blob)) if kept.blob else None
                wrong += [f"backup {its}"] if blob != known else []
        return wrong

    def same(self, volume_id: str, known: bytes | None) -> bool:
        """Whether the volume is whole and has this on it; one in error may have lost it."""
        with self.cloud.app.reader() as unit:
            seen = unit.volume_rows.by_id(volume_id)
        if seen is None or seen.status not in WHOLE:
            return True
        return self.disk(volume_id) == (None if seen.place is Place.NOWHERE else known)

    def disk(self, its: str) -> bytes | None:
        builds = self.cloud.cluster().builds
        found = builds.find(disk_name(PREFIX, its)) if builds else None
        return found.path.read_bytes() if found else None


def play(template: Path, examples: int, steps: int) -> None:
    machine = type("CopiedHere", (Copied,), {"template": template})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            derandomize=True,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.slow
def test_copies_are_what_was_there(sqlite_template: Path) -> None:
    play(sqlite_template, 3, 20)


@pytest.mark.long
def test_copies_are_what_was_there_for_long(sqlite_template: Path) -> None:
    play(sqlite_template, 25, 40)
