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

which = st.integers(0, 1)
cluster_names = st.sampled_from(CLUSTERS)
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

    def by_hand(self, server: Owned, verb: str, **parameters: Any) -> str:
        """An administrator does something to a server's instance; the instance."""
        cluster, instance = self.site.users.place(server[1])
        getattr(self.site.cluster(cluster).administrator, verb)(instance, **parameters)
        return instance
