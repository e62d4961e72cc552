"""Workers' turns in any order, late, twice, or from memory; and time, which may jump."""

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from cyclades.domain.model.hints import Hint, HintKind, write_hint
from tests.stateful.part import Part, cluster_names, which

NONSENSE = [b"", b"{", b'{"version": 1, "cluster": "three", "kind": "sync"}']
PAUSES = [0.1, 0.3, 0.6, 1.0, 2.0, 5.0, 16.0, 31.0, 61.0]
JUMPS = [400.0, 3700.0, 8 * 3600.0]
FORGOTTEN_AFTER = 6 * 3600.0  # seconds after which a cluster no longer knows its jobs


class WorkPart(Part):
    """Two processes, each with one worker of each kind."""

    @rule(process=which)
    def submit(self, process: int) -> None:
        self.site.submits(self.site.processes[process])

    @rule(process=which)
    def freeze(self, process: int) -> None:
        self.site.submits(self.site.processes[process], holding=True)

    @rule(process=which, cluster=cluster_names)
    def poll(self, process: int, cluster: str) -> None:
        self.site.polls(self.site.processes[process], cluster)

    @rule(
        process=which,
        cluster=cluster_names,
        kind=st.sampled_from([HintKind.JOB, HintKind.INSTANCE, HintKind.PROGRESS, HintKind.SYNC]),
        choice=st.integers(0, 20),
    )
    def hint(self, process: int, cluster: str, kind: HintKind, choice: int) -> None:
        """About any job that ever was: lost ones are not told, others twice, or late."""
        jobs = [job for name, job in self.witness.jobs.items() if name[0] == cluster]
        instance = jobs[choice % len(jobs)].instance if jobs else f"cyclades-{choice}"
        hint = Hint(cluster, kind, choice, instance, choice * 5, f"step {choice}")
        self.site.tells(self.site.processes[process], cluster, write_hint(hint))

    @rule(process=which, cluster=cluster_names, body=st.sampled_from(NONSENSE))
    def nonsense(self, process: int, cluster: str, body: bytes) -> None:
        self.site.tells(self.site.processes[process], cluster, body)

    @rule(process=which, cluster=cluster_names)
    def listen(self, process: int, cluster: str) -> None:
        self.site.listens(self.site.processes[process], cluster)

    @rule(process=which, cluster=cluster_names)
    def audit(self, process: int, cluster: str) -> None:
        self.site.audits(self.site.processes[process], cluster)

    @rule(process=which)
    def resolve(self, process: int) -> None:
        self.site.resolves(self.site.processes[process])

    @precondition(lambda self: self.site.frozen)
    @rule(data=st.data())
    def thaw(self, data: st.DataObject) -> None:
        self.site.thaws(data.draw(st.integers(0, len(self.site.frozen) - 1)))

    @precondition(lambda self: self.site.frozen)
    @rule(data=st.data())
    def send_late(self, data: st.DataObject) -> None:
        self.site.sends_late(data.draw(st.integers(0, len(self.site.frozen) - 1)))

    @precondition(lambda self: self.site.unrecorded)
    @rule(data=st.data())
    def record_late(self, data: st.DataObject) -> None:
        self.site.records_late(data.draw(st.integers(0, len(self.site.unrecorded) - 1)))

    @precondition(lambda self: self.site.reports)
    @rule(data=st.data())
    def replay(self, data: st.DataObject) -> None:
        self.site.replays(data.draw(st.integers(0, len(self.site.reports) - 1)))

    @rule(seconds=st.sampled_from(PAUSES))
    def wait(self, seconds: float) -> None:
        self.site.clock.passed += seconds

    @rule(seconds=st.sampled_from(PAUSES[:5]))
    def work(self, seconds: float) -> None:
        """Time passes, and everybody has a turn."""
        self.site.clock.passed += seconds
        self.site.round()

    @rule(process=which)
    def work_for_a_while(self, process: int) -> None:
        """One process has all the work; the other may have ended, or stand still."""
        self.site.passes(3, self.site.processes[process])

    @rule(seconds=st.sampled_from(JUMPS))
    def jump(self, seconds: float) -> None:
        if seconds > FORGOTTEN_AFTER:
            self.witness.forgives_what_is_under_way()
        self.site.clock.passed += seconds
