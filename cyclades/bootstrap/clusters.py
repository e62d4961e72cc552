"""Clusters and what they are asked for, in one transaction."""

from functools import cached_property

from cyclades.adapters.sql.clusters import SqlClusters
from cyclades.adapters.sql.outbox import SqlOutbox
from cyclades.bootstrap.unit_base import UnitBase


class ClusterUnit(UnitBase):
    """What network and compute need of clusters."""

    @cached_property
    def clusters(self) -> SqlClusters:
        """Where servers live."""
        return SqlClusters(self.connection, self.app.secrets)

    @cached_property
    def outbox(self) -> SqlOutbox:
        """What clusters are asked to do; workers are woken after the commit."""
        return SqlOutbox(
            self.connection, self.app.secrets, lambda: self.wake_after_commit("effects")
        )
