"""What goes wrong: clusters, the database, processes, clocks."""

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.stateful.part import Part, cluster_names, which
from tests.stateful.processes import arm
from tests.stateful.site import PLACES

FAULTS: list[dict[str, Any]] = [
    {"swallow_requests": 1},
    {"swallow_answers": 1},
    {"swallow_answers": 3},
    {"refuse": 1},
    {"fail_jobs": 1},
    {"fail_jobs": 2},
    {"slowness": 40.0},
    {"drained": True},
    {"paused": True},
    {"unreachable": True},
    {"foreign_uuid": "00000000-0000-4000-8000-000000000000"},
]


class FaultsPart(Part):
    """All of it ends before the machine does."""

    @rule(cluster=cluster_names, fault=st.sampled_from(FAULTS))
    def go_wrong(self, cluster: str, fault: dict[str, Any]) -> None:
        self.site.cluster(cluster).faults.set(**fault)

    @rule(cluster=cluster_names)
    def go_right(self, cluster: str) -> None:
        self.site.cluster(cluster).faults.clear()

    @rule(cluster=cluster_names, node=which, state=st.sampled_from(["drained", "offline", ""]))
    def change_node(self, cluster: str, node: int, state: str) -> None:
        flags = {state: True} if state else {}
        self.site.cluster(cluster).faults.node(node, **flags)

    @rule(app=st.integers(0, 2), answers_only=st.booleans())
    def lose_transaction(self, app: int, answers_only: bool) -> None:
        what = "lost_answers" if answers_only else "lost_commits"
        setattr(self.site.apps[app], what, 1)

    @rule(place=st.sampled_from(PLACES), time=st.integers(1, 2))
    def prepare_crash(self, place: str, time: int) -> None:
        arm(place, time)

    @rule(process=which)
    def restart(self, process: int) -> None:
        self.site.processes[process].restart()

    @rule(app=st.integers(0, 2), skew=st.sampled_from([-7200.0, -40.0, 0.0, 40.0, 7200.0]))
    def set_clock(self, app: int, skew: float) -> None:
        self.site.skews(app, skew)
