"""What every part of the state machine has: a site, and a witness."""

from contextlib import ExitStack
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine

from tests.stateful.ground import Ground
from tests.stateful.site import CLUSTERS, Site
from tests.stateful.witness import Witness

Owned = tuple[str, str]
"""A server: whose it is, and its id."""

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
"""Switches of a simulated cluster."""

which = st.integers(0, 1)
cluster_names = st.sampled_from(CLUSTERS)
troubles = st.none() | st.sampled_from(FAULTS)
servers: Bundle[Owned] = Bundle("servers")


class Part(RuleBasedStateMachine):
    """Parts are put together in machine.py."""

    ground: Ground

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.site: Site = self.stack.enter_context(self.ground.site())
        self.witness = Witness(self.site)
        self.keys: dict[tuple[str, str], str] = {}

    def meet(self, trouble: dict[str, Any] | None) -> None:
        """Something is wrong in all clusters."""
        for name in CLUSTERS:
            self.site.cluster(name).faults.set(**(trouble or {}))
