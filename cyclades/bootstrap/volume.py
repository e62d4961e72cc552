"""Volumes' repositories and services in one transaction."""

from functools import cached_property

from cyclades.adapters.sql.disk_tasks import SqlDiskTasks
from cyclades.adapters.sql.volume_attachments import SqlVolumeAttachments
from cyclades.adapters.sql.volumes import SqlVolumes
from cyclades.bootstrap.image import ImageUnit
from cyclades.bootstrap.network import NetworkUnit


class VolumeUnit(NetworkUnit, ImageUnit):
    """What volumes need."""

    @cached_property
    def volume_rows(self) -> SqlVolumes:
        """Volumes as aggregates."""
        return SqlVolumes(self.connection)

    @cached_property
    def volume_attachments(self) -> SqlVolumeAttachments:
        """Which server has which volume."""
        return SqlVolumeAttachments(self.connection)

    @cached_property
    def disk_task_rows(self) -> SqlDiskTasks:
        """What is done to disks."""
        return SqlDiskTasks(self.connection)
