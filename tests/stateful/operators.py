"""Administrators at work in the clusters, behind our back, and operators of our own."""

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.stateful.part import Owned, Part, cluster_names, servers


class OperatorsPart(Part):
    """They may do what they like; it is noticed, and what is not ours is left alone."""

    @rule(server=servers, verb=st.sampled_from(["start", "stop"]))
    def power_by_hand(self, server: Owned, verb: str) -> None:
        self.by_hand(server, verb)

    @rule(server=servers, vcpus=st.sampled_from([1, 2]), memory=st.sampled_from([512, 2048]))
    def resize_by_hand(self, server: Owned, vcpus: int, memory: int) -> None:
        self.witness.resized_by_hand = True
        self.by_hand(server, "modify", vcpus=vcpus, memory=memory)

    @rule(server=servers)
    def remove_by_hand(self, server: Owned) -> None:
        self.witness.removed_by_hand.add(self.by_hand(server, "remove"))

    @rule(cluster=cluster_names, name=st.sampled_from(["stranger", "cyclades-by-hand"]))
    def create_by_hand(self, cluster: str, name: str) -> None:
        if name not in self.witness.made_by_hand:
            self.witness.made_by_hand.add(name)
            self.site.cluster(cluster).administrator.create(name)

    @rule(cluster=cluster_names)
    def cancel_by_hand(self, cluster: str) -> None:
        """The newest job, if it still waits."""
        driver = self.site.cluster(cluster)
        newest = driver.store.look(lambda world: max(world.jobs, default=None))
        if newest is not None:
            self.site.cancels(cluster, newest)

    @rule(cluster=cluster_names)
    def archive_by_hand(self, cluster: str) -> None:
        self.site.cluster(cluster).faults.archive_jobs()

    @rule(cluster=cluster_names)
    def wipe_the_queue(self, cluster: str) -> None:
        self.witness.forgives_what_is_under_way()
        self.site.cluster(cluster).faults.lose_jobs()

    @rule(cluster=cluster_names, drained=st.booleans())
    def drain(self, cluster: str, drained: bool) -> None:
        self.site.asks(lambda: self.site.users.drain(cluster, drained=drained))
