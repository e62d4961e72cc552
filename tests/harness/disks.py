"""Volumes of a simulated cloud, and what is done to their disks."""

from dataclasses import dataclass, replace
from typing import Any

from cyclades.bootstrap import Unit
from cyclades.domain.model.disk_task import DiskTask, TaskKind
from cyclades.domain.model.reports import InstanceReport
from cyclades.domain.model.volume import Place, Volume, VolumeStatus, disk_name, holder_name
from cyclades.domain.model.volume_attachment import VolumeAttachment
from tests.harness.cloud import MEMBER, Users
from tests.harness.volumes import DEFAULT_TYPE

PREFIX = "cyclades-"


@dataclass(slots=True)
class Disks:
    """Rows as the services above write them, and the tasks that they begin."""

    users: Users
    cluster: str = "one"

    def blank(self, size: int = 1, **values: Any) -> Volume:
        """A volume that was never attached."""
        app = self.users.app
        now = app.clock.now()
        usual: dict[str, Any] = {
            "project_id": MEMBER.project_id,
            "user_id": MEMBER.user_id,
            "name": "data",
            "type_id": DEFAULT_TYPE,
            "availability_zone": "nova",
            "disk_template": app.settings.disk_template,
            "created": now,
            "updated": now,
            "status": VolumeStatus.AVAILABLE,
        }
        volume = Volume(id=app.ids.new(), size=size, **(usual | values))

        def add(unit: Unit) -> None:
            unit.volume_rows.add(volume)
            unit.quota.charge(volume.project_id, volume.usage)

        app.atomically(add)
        return volume

    def filled(self, **values: Any) -> Volume:
        """A volume that is being filled from an image, a snapshot or another volume."""
        source = values or {"image_id": self.users.image}
        volume = self.blank(status=VolumeStatus.CREATING, cluster_id=self.cluster, **source)
        self.begin(TaskKind.CREATE, volume)
        return volume

    def attach(self, volume: Volume, server_id: str, device: str = "/dev/vdb", **facts: str) -> str:
        """Begin; the task's id."""

        def also(unit: Unit) -> None:
            now = self.users.app.clock.now()
            unit.volume_attachments.add(
                VolumeAttachment(
                    self.users.app.ids.new(),
                    volume.id,
                    server_id,
                    volume.project_id,
                    volume.user_id,
                    device,
                    now,
                    now,
                )
            )

        status = VolumeStatus.ATTACHING
        return self.begin(TaskKind.ATTACH, volume, server_id, status, also=also, facts=facts)

    def detach(self, volume: Volume, server_id: str) -> str:
        """Begin; the task's id."""
        return self.begin(TaskKind.DETACH, volume, server_id, VolumeStatus.DETACHING)

    def extend(self, volume: Volume, size: int, server_id: str | None = None) -> str:
        """Begin; the task's id."""
        old, status = self.see(volume).size, VolumeStatus.EXTENDING

        def also(unit: Unit) -> None:
            unit.quota.charge(volume.project_id, {"gigabytes": size - old})

        return self.begin(
            TaskKind.EXTEND,
            volume,
            server_id,
            status,
            also=also,
            facts={"old_size": str(old)},
            size=size,
        )

    def delete(self, volume: Volume) -> str:
        """Begin; the task's id."""
        return self.begin(TaskKind.DELETE, volume, status=VolumeStatus.DELETING)

    def begin(
        self,
        kind: TaskKind,
        volume: Volume,
        server_id: str | None = None,
        status: VolumeStatus | None = None,
        also: Any = None,
        facts: Any = None,
        **changes: Any,
    ) -> str:
        """A task about the volume as it is now."""
        app = self.users.app
        now, request_id = app.clock.now(), self.users.request()

        def verb(unit: Unit) -> str:
            server = unit.servers.by_id(server_id) if server_id else None
            now_there = unit.volume_rows.by_id(volume.id)
            assert now_there is not None
            task = DiskTask(
                app.ids.new(),
                kind,
                server.cluster_id if server else now_there.cluster_id or self.cluster,
                volume.project_id,
                volume.user_id,
                request_id,
                now,
                now,
                facts=facts or {},
                volume_id=volume.id,
                server_id=server_id,
            )
            wanted = replace(now_there, task_id=task.id, **changes)
            unit.volume_rows.save(replace(wanted, status=status or wanted.status))
            if also:
                also(unit)
            return unit.disk_tasks.begin(task).id

        return app.atomically(verb)

    def see(self, volume: Volume) -> Volume:
        """As it is in the database."""
        with self.users.app.reader() as unit:
            found = unit.volume_rows.by_id(volume.id)
        assert found is not None
        return found

    def gone(self, volume: Volume) -> bool:
        """Whether it is forgotten."""
        with self.users.app.reader() as unit:
            return unit.volume_rows.by_id(volume.id) is None

    def task(self, task_id: str) -> DiskTask:
        """As it is in the database."""
        with self.users.app.reader() as unit:
            found = unit.disk_task_rows.by_id(task_id)
        assert found is not None
        return found

    def attachment(self, volume: Volume) -> VolumeAttachment | None:
        """Where it is, says the database."""
        with self.users.app.reader() as unit:
            return unit.volume_attachments.of_volume(volume.id)

    def there(self, volume: Volume) -> list[str]:
        """The instances that have its disk, says the cluster."""
        name = disk_name(PREFIX, volume.id)
        return [
            seen.instance
            for seen in self.instances().values()
            if name in {disk.name for disk in seen.disks}
        ]

    def instances(self) -> dict[str, InstanceReport]:
        """What is in the cluster, by name."""
        found = self.users.app.drivers.of(self.cluster).instances()
        return {seen.instance: seen for seen in found}

    def holder(self, volume: Volume) -> str:
        """Its holder's name."""
        return holder_name(PREFIX, volume.id)

    def at_rest(self, volume: Volume) -> tuple[VolumeStatus, Place]:
        """Its status, and where it is; nothing is under way any more."""
        seen = self.see(volume)
        assert seen.task_id is None
        return seen.status, seen.place
