"""What clusters' nodes may ask: their keys, and their documents."""

from functools import cached_property

from cyclades.adapters.sql.node_documents import SqlNodeDocuments
from cyclades.adapters.sql.node_keys import SqlNodeKeys
from cyclades.bootstrap.compute import ComputeUnit
from cyclades.bootstrap.feed import FeedUnit
from cyclades.domain.services.guest_metadata import GuestMetadata
from cyclades.domain.services.node_documents import NodeDocuments
from cyclades.domain.services.node_keys import NodeKeys


class NodeUnit(ComputeUnit, FeedUnit):
    """What nodes need."""

    @cached_property
    def node_keys(self) -> NodeKeys:
        """Who a node is."""
        return NodeKeys(SqlNodeKeys(self.connection), self.clusters, self.app.ids)

    @cached_property
    def node_documents(self) -> NodeDocuments:
        """What it must know."""
        return NodeDocuments(
            SqlNodeDocuments(self.connection),
            self.feed_reader,
            self.app.firewall_profiles,
            self.app.settings.dns_domain,
        )

    @cached_property
    def guest_metadata(self) -> GuestMetadata:
        """What guests are told of themselves."""
        settings = self.app.settings
        return GuestMetadata(
            self.servers,
            self.server_guests.repository,
            self.port_rows,
            SqlNodeDocuments(self.connection),
            settings.dns_domain,
            settings.instance_prefix,
        )
