"""Compute's repositories and services in one transaction."""

from collections.abc import Collection, Sequence
from functools import cached_property

from cyclades.adapters.sql.audit import SqlAudit
from cyclades.adapters.sql.divergences import SqlDivergences
from cyclades.adapters.sql.flavors import SqlFlavors
from cyclades.adapters.sql.keypairs import SqlKeypairs
from cyclades.adapters.sql.leases import SqlLeases
from cyclades.adapters.sql.servers import watched
from cyclades.adapters.sql.views.metrics import SqlMetrics
from cyclades.bootstrap.servers import ServersUnit
from cyclades.domain.services.cluster_poll import Watched
from cyclades.domain.services.cluster_repair import ClusterRepair
from cyclades.domain.services.cluster_updates import ClusterUpdates
from cyclades.domain.services.clusters import Clusters
from cyclades.domain.services.deadlines import Deadlines
from cyclades.domain.services.effect_submission import EffectSubmission
from cyclades.domain.services.flavors import FlavorCatalogue
from cyclades.domain.services.keypairs import Keypairs
from cyclades.domain.services.ledger_audit import LedgerAudit
from cyclades.domain.services.network_settlement import NetworkSettlement
from cyclades.domain.services.placement import Placement
from cyclades.domain.services.server_actions import ServerActions
from cyclades.domain.services.server_adoption import ServerAdoption
from cyclades.domain.services.server_creation import ServerCreation
from cyclades.domain.services.server_interfaces import ServerInterfaces
from cyclades.domain.services.server_wishes import ServerWishes


class ComputeUnit(ServersUnit):
    """What compute needs."""

    @cached_property
    def flavors(self) -> FlavorCatalogue:
        """The sizes that servers come in."""
        return FlavorCatalogue(SqlFlavors(self.connection), self.feed, self.app.ids)

    @cached_property
    def keypairs(self) -> Keypairs:
        """Users' keypairs."""
        return Keypairs(
            SqlKeypairs(self.connection),
            self.app.key_maker,
            self.feed,
            self.app.clock,
            self.app.ids,
            self.app.settings.quota_key_pairs,
        )

    @cached_property
    def cluster_register(self) -> Clusters:
        """What operators do to clusters."""
        return Clusters(self.clusters, self.network_mapping, self.feed, self.app.clock)

    @cached_property
    def divergences(self) -> SqlDivergences:
        """What audits have found."""
        return SqlDivergences(self.connection)

    @cached_property
    def leases(self) -> SqlLeases:
        """Who does what only one at a time should do."""
        return SqlLeases(self.connection)

    @cached_property
    def server_interfaces(self) -> ServerInterfaces:
        """Plugging interfaces into servers."""
        return ServerInterfaces(
            self.servers,
            self.instance_actions,
            self.outbox,
            self.port_rows,
            self.server_ports,
            self.server_networks,
            self.network_reach,
            self.cluster_networks,
            self.clusters,
            self.quota,
            self.feed,
            self.app.clock,
            self.app.ids,
            self.app.settings.instance_prefix,
        )

    @cached_property
    def server_creation(self) -> ServerCreation:
        """New servers."""
        settings = self.app.settings
        return ServerCreation(
            self.servers,
            self.instance_actions,
            ServerWishes(
                SqlFlavors(self.connection),
                self.images.usable,
                SqlKeypairs(self.connection),
                self.quota,
                self.block_devices,
            ),
            self.clusters,
            Placement(self.clusters, self.network_reach),
            self.server_ports,
            self.server_networks,
            self.cluster_networks,
            self.server_guests,
            self.quota,
            self.outbox,
            self.feed,
            self.app.clock,
            self.app.ids,
            self.server_disks,
            settings.instance_prefix,
        )

    @cached_property
    def server_actions(self) -> ServerActions:
        """What users do to their servers."""
        return ServerActions(
            self.servers,
            self.instance_actions,
            self.outbox,
            self.server_settlement,
            self.server_clearing,
            self.interface_settlement,
            self.builds,
            self.feed,
            self.app.clock,
            self.app.ids,
        )

    @cached_property
    def server_adoption(self) -> ServerAdoption:
        """Instances that are there already."""
        return ServerAdoption(
            self.servers,
            self.instance_actions,
            self.audit,
            SqlFlavors(self.connection),
            self.network_rows,
            self.port_rows,
            self.plugging,
            self.security_groups,
            self.address_history,
            self.quota,
            self.feed,
            self.app.clock,
            self.app.ids,
        )

    @cached_property
    def cluster_updates(self) -> ClusterUpdates:
        """What clusters report."""
        return ClusterUpdates(
            self.servers,
            self.instance_actions,
            self.outbox,
            self.server_settlement,
            NetworkSettlement(self.network_clusters, self.outbox, self.app.clock),
            self.interface_settlement,
            self.disk_tasks,
            self.left_holders,
            self.server_steps,
            self.builds,
            self.app.clock,
            self.app.ids,
        )

    @cached_property
    def effect_submission(self) -> EffectSubmission:
        """How submissions ended."""
        return EffectSubmission(
            self.outbox,
            self.builds,
            self.cluster_updates,
            self.app.clock,
            self.app.settings.effect_deadline,
        )

    @cached_property
    def deadlines(self) -> Deadlines:
        """Operations that have not ended in their time."""
        return Deadlines(
            self.servers,
            self.instance_actions,
            self.outbox,
            self.cluster_updates,
            self.app.clock,
            self.app.settings.effect_deadline,
        )

    @cached_property
    def audit(self) -> SqlAudit:
        """What audits read."""
        return SqlAudit(self.connection)

    @cached_property
    def cluster_repair(self) -> ClusterRepair:
        """Mending what an audit of a cluster found."""
        return ClusterRepair(
            self.servers,
            self.cluster_updates,
            self.server_ports,
            self.clusters,
            self.cluster_networks,
            self.server_interfaces,
            self.left_holders,
            self.stray_disks,
        )

    @cached_property
    def ledger_audit(self) -> LedgerAudit:
        """The database against itself."""
        return LedgerAudit(
            self.audit,
            self.outbox,
            self.servers,
            self.instance_actions,
            self.server_settlement,
            self.server_ports,
            self.feed,
            self.app.clock,
        )

    @cached_property
    def metrics(self) -> SqlMetrics:
        """What there is to count."""
        return SqlMetrics(self.connection)

    def watched(self, cluster_id: str, names: Collection[str] | None = None) -> Sequence[Watched]:
        """A cluster's live servers as a poller compares them; all, or with these instances."""
        return watched(self.connection, cluster_id, names)
