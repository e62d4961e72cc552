"""Users who copy disks in every direction, and administrators who remove what keeps them."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from cyclades.bootstrap import Unit
from cyclades.domain.model.errors import CycladesError
from cyclades.domain.model.saved_image import WantedServerImage
from cyclades.domain.model.snapshot import WantedSnapshot
from cyclades.domain.model.volume import holder_name
from cyclades.domain.services.server_volumes import WantedAttachment
from cyclades.domain.services.volume_types import EVERYTHING
from cyclades.workers.audits import audit_cluster
from tests.harness.cloud import MEMBER
from tests.harness.disk_copies import Copies
from tests.harness.disks import PREFIX
from tests.stateful.test_volumes import Volumers, chosen

CONTENTS = [b"marked" * 1000, b"other!" * 1000]
VERBS = (
    *("make", "attach", "detach", "extend", "delete", "snapshot", "delete_snapshot", "clone"),
    *("revert", "upload", "save", "back_up", "restore", "calm", "calm", "sabotage"),
)
pair = st.integers(0, 1)
TROUBLES: list[dict[str, Any]] = [
    *({}, {}, {"fail_jobs": 1}, {"fail_jobs": 2}),
    *({"refuse": 1}, {"swallow_answers": 1}, {"clinging_guests": 1}),
]
Known = dict[str, bytes | None]


class Copiers(Volumers):
    """`on_volumes`, `in_snapshots`...: what is on each by its id, None for what is blank."""

    @initialize()
    def begin(self) -> None:
        self.copies = Copies(self.cloud, self.disks)
        self.sources = [self.copies.image(content) for content in CONTENTS]
        self.servers = [self.cloud.create(image_id=each) for each in self.sources]
        self.on_volumes: Known = {}
        self.in_snapshots: Known = {}
        self.in_images: Known = {}
        self.in_backups: Known = {}
        for which in range(2):
            self.make(1, which)
        self.cloud.converge()
        self.snapshot(0, 0)
        self.back_up(1, 0)
        self.cloud.converge()

    @rule(verb=st.sampled_from(VERBS), choice=chosen, which=pair, trouble=st.sampled_from(TROUBLES))
    def act(self, verb: str, choice: int, which: int, trouble: dict[str, Any]) -> None:
        getattr(self, verb)(choice, which)
        self.cloud.cluster().faults.set(**trouble)
        for _ in range(3):
            self.cloud.turn()
            self.cloud.clock.passed += 1

    def calm(self, _choice: int, _which: int) -> None:
        self.cloud.cluster().faults.clear()
        self.cloud.converge(1800)
        audit_cluster(self.cloud.app, "one")

    def sabotage(self, choice: int, which: int) -> None:
        """An administrator removes a holder, whatever is in it."""
        its = self.choose(self.in_snapshots if which else self.on_volumes, choice)
        self.cloud.cluster().administrator.remove(holder_name(PREFIX, its))

    def ask_for(self, verb: Callable[[], Any]) -> Any:
        """What came of it; refusals are for users, and nothing else is ever raised."""
        with suppress(CycladesError):
            return verb()
        return None

    def do(self, verb: Callable[[Unit], Any]) -> Any:
        return self.ask_for(lambda: self.copies.do(verb))

    def choose(self, known: Known, choice: int) -> str:
        """Any of them, gone or not."""
        return sorted(known)[choice % len(known)] if known else "none"

    def make(self, choice: int, which: int) -> None:
        filled = choice > 0
        source: Any = {"image_id": self.sources[which]} if filled else {"size": 1}
        made = self.ask_for(lambda: self.copies.volume(**source))
        if made:
            self.on_volumes[made.id] = CONTENTS[which] if filled else None

    def attach(self, choice: int, server: int) -> None:
        wanted, where = WantedAttachment(self.choose(self.on_volumes, choice)), self.servers[server]
        self.do(lambda u: u.server_volumes.attach(MEMBER, self.cloud.request(), where, wanted))

    def detach(self, choice: int, server: int) -> None:
        its, where = self.choose(self.on_volumes, choice), self.servers[server]
        self.do(lambda u: u.server_volumes.detach(MEMBER, self.cloud.request(), where, its))

    def extend(self, choice: int, which: int) -> None:
        its = self.choose(self.on_volumes, choice)
        self.do(
            lambda u: u.volumes.extend(MEMBER, self.cloud.request(), its, 2 + which, attached=True)
        )

    def delete(self, choice: int, which: int) -> None:
        its = self.choose(self.on_volumes, choice)
        self.do(lambda u: u.volumes.delete(MEMBER, self.cloud.request(), its, cascade=which > 0))

    def snapshot(self, choice: int, _which: int) -> None:
        its = self.choose(self.on_volumes, choice)
        wanted = WantedSnapshot(its, in_use=True)
        made = self.do(lambda u: u.snapshots.create(MEMBER, self.cloud.request(), wanted))
        if made:
            self.in_snapshots[made.id] = self.on_volumes[its]

    def delete_snapshot(self, choice: int, _which: int) -> None:
        its = self.choose(self.in_snapshots, choice)
        self.do(lambda u: u.snapshots.delete(MEMBER, self.cloud.request(), its))

    def clone(self, choice: int, which: int) -> None:
        known = self.on_volumes if which else self.in_snapshots
        its = self.choose(known, choice)
        source = {"source_volid" if which else "snapshot_id": its}
        made = self.ask_for(lambda: self.copies.volume(**source))
        if made:
            self.on_volumes[made.id] = known[its]

    def revert(self, choice: int, _which: int) -> None:
        its = self.choose(self.in_snapshots, choice)
        with self.cloud.app.reader() as unit:
            snapshot = unit.snapshot_rows.by_id(its)
        if snapshot is None:
            return

        def verb(unit: Unit) -> bool:
            unit.volume_restores.revert(MEMBER, self.cloud.request(), snapshot.volume_id, its)
            return True

        if self.do(verb):
            self.on_volumes[snapshot.volume_id] = self.in_snapshots[its]

    def upload(self, choice: int, _which: int) -> None:
        its = self.choose(self.on_volumes, choice)
        seen = self.do(lambda u: u.volume_rows.get(EVERYTHING, its))
        made = self.ask_for(lambda: self.copies.upload(seen, disk_format="raw")) if seen else None
        if made and self.on_volumes[its]:
            self.in_images[made] = self.on_volumes[its]

    def save(self, _choice: int, server: int) -> None:
        wanted, its = WantedServerImage("saved", {}), self.servers[server]
        made = self.do(lambda u: u.server_images.create(MEMBER, self.cloud.request(), its, wanted))
        if made:
            self.in_images[made.id] = CONTENTS[server]

    def back_up(self, choice: int, _which: int) -> None:
        its = self.choose(self.on_volumes, choice)
        seen = self.do(lambda u: u.volume_rows.get(EVERYTHING, its))
        made = self.ask_for(lambda: self.copies.backup(seen)) if seen else None
        if made:
            self.in_backups[made.id] = self.on_volumes[its]

    def restore(self, choice: int, which: int) -> None:
        its = self.choose(self.in_backups, choice)
        target = self.choose(self.on_volumes, choice) if which else None
        made = self.do(
            lambda u: u.volume_restores.restore(MEMBER, self.cloud.request(), its, target)
        )
        if made:
            self.on_volumes[made.id] = self.in_backups[its]
