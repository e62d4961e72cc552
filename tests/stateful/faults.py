"""What goes wrong: clusters, the database, processes, clocks."""

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.stateful.part import FAULTS, Part, cluster_names
from tests.stateful.processes import arm
from tests.stateful.site import PLACES

nodes = st.fixed_dictionaries(
    {"index": st.integers(0, 1)}, optional={"drained": st.booleans(), "offline": st.booleans()}
)


class FaultsPart(Part):
    """All of it ends before the machine does."""

    @rule(cluster=cluster_names, fault=st.sampled_from(FAULTS) | nodes)
    def go_wrong(self, cluster: str, fault: dict[str, Any]) -> None:
        faults = self.site.cluster(cluster).faults
        if "index" in fault:
            faults.node(**fault)
        else:
            faults.set(**fault)

    @rule(cluster=cluster_names)
    def go_right(self, cluster: str) -> None:
        self.site.cluster(cluster).faults.clear()

    @rule(
        app=st.integers(0, 2),
        what=st.sampled_from(["commit", "answer", "end", "freeze"]),
    )
    def lose(self, app: int, what: str) -> None:
        """The next transaction, or its answer, or all that it remembers, or its time to send."""
        if what == "commit":
            self.site.apps[app].lost_commits = 1
        elif what == "answer":
            self.site.apps[app].lost_answers = 1
        elif app and what == "freeze":
            self.site.freezes(self.site.processes[app - 1])
        elif app:
            self.site.processes[app - 1].restart()

    @rule(place=st.sampled_from(PLACES), time=st.integers(1, 2))
    def prepare_crash(self, place: str, time: int) -> None:
        arm(place, time)

    @rule(app=st.integers(0, 2), skew=st.sampled_from([-7200.0, -40.0, 0.0, 40.0, 7200.0]))
    def set_clock(self, app: int, skew: float) -> None:
        self.site.skews(app, skew)
