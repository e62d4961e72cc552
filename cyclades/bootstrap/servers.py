"""Servers, and what hangs on them, in one transaction."""

from functools import cached_property

from cyclades.adapters.sql.instance_actions import SqlInstanceActions
from cyclades.adapters.sql.server_guests import SqlServerGuests
from cyclades.adapters.sql.servers import SqlServers
from cyclades.adapters.sql.views.instance_actions import SqlInstanceActionViews
from cyclades.adapters.sql.views.servers import SqlServerViews
from cyclades.bootstrap.volume_api import VolumeApiUnit
from cyclades.domain.model.disk_task import DiskTask
from cyclades.domain.services.attached_volumes import AttachedVolumes
from cyclades.domain.services.block_devices import BlockDevices
from cyclades.domain.services.interface_settlement import InterfaceSettlement
from cyclades.domain.services.server_assembly import ServerAssembly
from cyclades.domain.services.server_clearing import ServerClearing
from cyclades.domain.services.server_disks import ServerDisks
from cyclades.domain.services.server_guests import ServerGuests
from cyclades.domain.services.server_settlement import ServerSettlement
from cyclades.domain.services.server_steps import ServerSteps
from cyclades.domain.services.server_volumes import ServerVolumes


class ServersUnit(VolumeApiUnit):
    """What follows when servers change."""

    @cached_property
    def servers(self) -> SqlServers:
        """Servers as aggregates."""
        return SqlServers(self.connection)

    @cached_property
    def server_views(self) -> SqlServerViews:
        """Servers as rows to show."""
        return SqlServerViews(self.connection)

    @cached_property
    def instance_actions(self) -> SqlInstanceActions:
        """What was done to servers."""
        return SqlInstanceActions(self.connection)

    @cached_property
    def instance_action_views(self) -> SqlInstanceActionViews:
        """The same, as rows to show."""
        return SqlInstanceActionViews(self.connection)

    @cached_property
    def server_settlement(self) -> ServerSettlement:
        """What follows when a server changed."""
        return ServerSettlement(
            self.servers,
            self.server_ports,
            self.cluster_networks,
            self.server_guests,
            self.attached_volumes,
            self.quota,
            self.feed,
            self.app.clock,
        )

    @cached_property
    def server_guests(self) -> ServerGuests:
        """What goes into servers' guests."""
        secrets = self.app.secrets.derived("guests")
        return ServerGuests(SqlServerGuests(self.connection, secrets), self.builds)

    @cached_property
    def interface_settlement(self) -> InterfaceSettlement:
        """What follows when an interface was plugged in or unplugged."""
        return InterfaceSettlement(
            self.port_rows, self.server_ports, self.cluster_networks, self.feed, self.app.clock
        )

    @cached_property
    def server_volumes(self) -> ServerVolumes:
        """Attaching volumes to servers."""
        return ServerVolumes(
            self.servers,
            self.instance_actions,
            self.volume_rows,
            self.volume_attachments,
            self.attached_volumes,
            self.feed,
            self.app.clock,
            self.app.ids,
        )

    @cached_property
    def block_devices(self) -> BlockDevices:
        """What requests for servers say of volumes."""
        return BlockDevices(
            self.volume_rows,
            self.volume_creation.sources,
            self.volume_types,
            self.clusters,
            self.app.settings.disk_template,
        )

    @cached_property
    def server_disks(self) -> ServerDisks:
        """The disks of new servers."""
        return ServerDisks(
            self.volume_rows,
            self.volume_attachments,
            self.volume_creation,
            self.feed,
            self.app.clock,
            self.app.ids,
            self.app.settings.instance_prefix,
        )

    @cached_property
    def attached_volumes(self) -> AttachedVolumes:
        """Volumes of servers that come and go."""
        return AttachedVolumes(
            self.volume_rows,
            self.volume_attachments,
            self.disk_tasks,
            self.quota,
            self.feed,
            self.app.clock,
            self.app.ids,
        )

    @cached_property
    def server_clearing(self) -> ServerClearing:
        """Getting volumes out of servers."""
        return ServerClearing(
            self.attached_volumes,
            self.server_settlement,
            self.instance_actions,
            self.outbox,
            self.app.clock,
            self.app.ids,
        )

    @cached_property
    def server_steps(self) -> ServerSteps:
        """Servers that take several jobs."""
        assembly = ServerAssembly(
            self.attached_volumes,
            self.server_clearing,
            self.server_settlement,
            self.instance_actions,
            self.outbox,
            self.app.clock,
            self.app.ids,
            self.app.settings.instance_prefix,
        )
        return ServerSteps(
            self.servers, self.attached_volumes, assembly, self.server_clearing, self.outbox
        )

    def after_disk_task(self, task: DiskTask, message: str | None) -> None:
        """Servers that waited for it go on, and volumes follow those that are gone."""
        self.server_steps.after(task, message)
        self.attached_volumes.follow(task)
