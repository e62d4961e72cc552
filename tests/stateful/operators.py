"""Administrators at work in the clusters, behind our back, and operators of our own."""

from collections.abc import Callable

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.stateful.part import Owned, Part, cluster_names, servers

STRANGERS = ("stranger", "cyclades-by-hand")


class OperatorsPart(Part):
    """They may do what they like; it is noticed, and what is not ours is left alone."""

    @rule(server=servers, what=st.sampled_from(["start", "stop", "grow", "shrink", "remove"]))
    def work_by_hand(self, server: Owned, what: str) -> None:
        cluster, instance = self.site.users.place(server[1])
        administrator = self.site.cluster(cluster).administrator
        deeds: dict[str, Callable[[], object]] = {
            "start": lambda: administrator.start(instance),
            "stop": lambda: administrator.stop(instance),
            "grow": lambda: administrator.modify(instance, vcpus=2, memory=2048),
            "shrink": lambda: administrator.modify(instance, vcpus=1, memory=256),
            "remove": lambda: administrator.remove(instance),
        }
        deeds[what]()
        self.witness.resized_by_hand |= what == "grow"
        if what == "remove":
            self.witness.removed_by_hand.add(instance)

    @rule(
        cluster=cluster_names,
        what=st.sampled_from(["cancel", "archive", "wipe", "create", "drain", "undrain"]),
    )
    def manage_by_hand(self, cluster: str, what: str) -> None:
        users = self.site.users
        deeds: dict[str, Callable[[], object]] = {
            "cancel": lambda: self._cancel(cluster),
            "archive": self.site.cluster(cluster).faults.archive_jobs,
            "wipe": lambda: self._wipe(cluster),
            "create": lambda: self._create(cluster),
            "drain": lambda: self.site.asks(lambda: users.drain(cluster, drained=True)),
            "undrain": lambda: self.site.asks(lambda: users.drain(cluster, drained=False)),
        }
        deeds[what]()

    def _cancel(self, cluster: str) -> None:
        """The newest job, if it still waits."""
        driver = self.site.cluster(cluster)
        newest = driver.store.look(lambda world: max(world.jobs, default=None))
        if newest is not None:
            self.site.cancels(cluster, newest)

    def _wipe(self, cluster: str) -> None:
        self.witness.forgives_what_is_under_way()
        self.site.cluster(cluster).faults.lose_jobs()

    def _create(self, cluster: str) -> None:
        """The second one is named like ours."""
        left = [name for name in STRANGERS if name not in self.witness.made_by_hand]
        if left:
            self.witness.made_by_hand.add(left[0])
            self.site.cluster(cluster).administrator.create(left[0])
