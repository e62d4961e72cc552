"""What the volume service needs beside volumes themselves, in one transaction."""

from functools import cached_property

from cyclades.adapters.sql.snapshots import SqlSnapshots
from cyclades.adapters.sql.views.volumes import SqlVolumeViews
from cyclades.adapters.sql.volume_transfers import SqlVolumeTransfers
from cyclades.adapters.sql.volume_types import SqlVolumeTypes
from cyclades.bootstrap.volume import VolumeUnit
from cyclades.domain.services.volume_creation import VolumeCreation
from cyclades.domain.services.volume_sources import VolumeSources
from cyclades.domain.services.volume_transfers import VolumeTransfers
from cyclades.domain.services.volume_types import VolumeTypes


class VolumeApiUnit(VolumeUnit):
    """New volumes, what there is of them, types and transfers."""

    @cached_property
    def volume_views(self) -> SqlVolumeViews:
        """Volumes as rows to show."""
        return SqlVolumeViews(self.connection)

    @cached_property
    def volume_types(self) -> VolumeTypes:
        """What kinds of volumes there are."""
        return VolumeTypes(SqlVolumeTypes(self.connection), self.feed, self.app.clock, self.app.ids)

    @cached_property
    def volume_creation(self) -> VolumeCreation:
        """New volumes."""
        snapshots = SqlSnapshots(self.connection)
        return VolumeCreation(
            self.volume_rows,
            VolumeSources(self.volume_rows, snapshots, self.images.usable),
            self.volume_types,
            self.clusters,
            self.disk_tasks,
            self.quota,
            self.feed,
            self.app.clock,
            self.app.ids,
            self.app.settings.disk_template,
        )

    @cached_property
    def volume_transfers(self) -> VolumeTransfers:
        """Volumes that change hands."""
        return VolumeTransfers(
            SqlVolumeTransfers(self.connection),
            self.volume_rows,
            SqlSnapshots(self.connection),
            self.quota,
            self.feed,
            self.app.clock,
            self.app.ids,
        )
