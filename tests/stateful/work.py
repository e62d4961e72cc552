"""Workers' turns in any order, late, twice, or from memory; and time, which may jump."""

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from cyclades.domain.model.hints import Hint, HintKind, write_hint
from tests.stateful.part import Part, cluster_names, which

NONSENSE = [b"", b"{", b'{"version": 1, "cluster": "three", "kind": "sync"}']
TOLD = [HintKind.JOB, HintKind.INSTANCE, HintKind.PROGRESS, HintKind.SYNC]
PACES = [0.0, 0.2, 0.7, 3.0]  # seconds a step; at 0 everybody stands still
PAUSES = [0.1, 0.4, 2.0, 16.0, 31.0, 61.0, 400.0, 3700.0, 8 * 3600.0]
FORGOTTEN_AFTER = 6 * 3600.0  # seconds after which a cluster no longer knows its jobs


class WorkPart(Part):
    """Two processes, each with one worker of each kind, by turns; and turns out of turn."""

    pace: float = 0.7
    steps: int = 0

    def life_goes_on(self) -> None:
        """What happens after every step."""
        self.steps += 1
        if self.pace:
            self.site.clock.passed += self.pace
            self.site.round(self.site.processes[self.steps % 2])

    @rule(pace=st.sampled_from(PACES))
    def change_pace(self, pace: float) -> None:
        self.pace = pace

    @rule(
        process=which,
        cluster=cluster_names,
        what=st.sampled_from(["submit", "poll", "listen", "audit", "resolve"]),
    )
    def turn(self, process: int, cluster: str, what: str) -> None:
        site, chosen = self.site, self.site.processes[process]
        deeds: dict[str, Callable[[], None]] = {
            "submit": lambda: site.submits(chosen),
            "poll": lambda: site.polls(chosen, cluster),
            "listen": lambda: site.listens(chosen, cluster),
            "audit": lambda: site.audits(chosen, cluster),
            "resolve": lambda: site.resolves(chosen),
        }
        deeds[what]()

    @rule(
        what=st.sampled_from(["thaw", "send", "record", "replay"]),
        choice=st.integers(0, 20),
    )
    def come_late(self, what: str, choice: int) -> None:
        """Who stood still goes on; what was reported before is reported again."""
        site = self.site
        deeds: dict[str, tuple[list[Any], Callable[[int], None]]] = {
            "thaw": (site.frozen, site.thaws),
            "send": (site.frozen, site.sends_late),
            "record": (site.unrecorded, site.records_late),
            "replay": (site.reports, site.replays),
        }
        there, deed = deeds[what]
        if there:
            deed(choice % len(there))

    @rule(
        process=which,
        cluster=cluster_names,
        what=st.sampled_from(TOLD) | st.sampled_from(NONSENSE),
        choice=st.integers(0, 20),
    )
    def hint(self, process: int, cluster: str, what: HintKind | bytes, choice: int) -> None:
        """About any job that ever was: lost ones are not told, others twice, or late."""
        jobs = [job for name, job in self.witness.jobs.items() if name[0] == cluster]
        instance = jobs[choice % len(jobs)].instance if jobs else f"cyclades-{choice}"
        body = what
        if isinstance(body, HintKind):
            hint = Hint(cluster, body, choice, instance, choice * 5, f"step {choice}")
            body = write_hint(hint)
        self.site.tells(self.site.processes[process], cluster, body)

    @rule(seconds=st.sampled_from(PAUSES))
    def wait(self, seconds: float) -> None:
        if seconds > FORGOTTEN_AFTER:
            self.witness.forgives_what_is_under_way()
        self.site.clock.passed += seconds
