"""What each step of a task on disks asks of a cluster: one table."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from cyclades.domain.model.build import BuildOrders, DiskToCopy, image_to_write
from cyclades.domain.model.disk_commands import (
    ActivateDisks,
    AddDisk,
    AttachDisk,
    DetachDisk,
    DiskCommand,
    DiskWanted,
    GrowDisk,
)
from cyclades.domain.model.disk_plans import Step
from cyclades.domain.model.disk_task import DiskTask
from cyclades.domain.model.effects import CreateInstance, InstanceCommand, RemoveInstance
from cyclades.domain.model.errors import Conflict
from cyclades.domain.model.image import Image
from cyclades.domain.model.reports import Power
from cyclades.domain.model.server import Server
from cyclades.domain.model.volume import Place, Volume, disk_name, holder_name, seat_name

GIB: Final = 1024  # MiB
SEAT_MIB: Final = 4  # what Ganeti makes of anything smaller
HOLDER_MEMORY_MIB: Final = 128  # it never runs
EXTERNAL: Final = "ext"
HOLDER_TAG: Final = "cyclades:holder:"


@dataclass(frozen=True, slots=True)
class Ask:
    """A command; `server_id` when it is about a server's instance. `orders` for what it fills."""

    command: InstanceCommand | DiskCommand
    server_id: str = ""
    orders: BuildOrders | None = None


@dataclass(frozen=True, slots=True)
class Scene:
    """What steps look at. `target`: whose disk it is (a volume's, a snapshot's or a task's id).

    `image`: what an image is, by its id. Raises NotFound.
    """

    task: DiskTask
    volume: Volume | None
    server: Server | None
    target: str
    prefix: str
    image: Callable[[str], Image]

    @property
    def holder(self) -> str:
        """Where the disk rests."""
        return holder_name(self.prefix, self.target)

    @property
    def disk(self) -> str:
        """The disk's name."""
        return disk_name(self.prefix, self.target)

    @property
    def size(self) -> int:
        """Of the disk, in GiB: as the task says, else the volume's."""
        said = self.task.facts.get("size")
        return int(said) if said else self.its().size

    @property
    def template(self) -> str:
        """The disk's template: as the task says, else the volume's."""
        return self.task.facts.get("template") or self.its().disk_template

    @property
    def provider(self) -> str:
        """Who makes the disk, and whatever comes with it, if the cluster does not."""
        return self.task.facts.get("provider", "")

    @property
    def wanted(self) -> DiskWanted:
        """The disk, still to be made."""
        return DiskWanted(
            self.disk, self.size * GIB, self.provider, origin=self.task.facts.get("origin", "")
        )

    def its(self) -> Volume:
        """The volume of the task. Raises Conflict when it has none."""
        if self.volume is None:
            raise Conflict("The task is about no volume.")
        return self.volume

    def guest(self) -> Server:
        """The server of the task. Raises Conflict when it has none."""
        if self.server is None:
            raise Conflict("The volume is in no server.")
        return self.server

    def runs(self) -> bool:
        """Whether its guest has to let go, or to take up, what it is about."""
        return self.guest().power is Power.RUNNING


def hold(
    scene: Scene, *disks: DiskWanted, image_id: str = "", disk_format: str = "", node: str = ""
) -> CreateInstance:
    """A holder with these disks, and its seat: the scripts of an OS run if a disk is to be filled.

    It never runs and has no interfaces.
    """
    seat = DiskWanted(seat_name(scene.prefix, scene.target), SEAT_MIB, scene.provider)
    return CreateInstance(
        instance=scene.holder,
        vcpus=1,
        memory_mib=HOLDER_MEMORY_MIB,
        disk_template=scene.template,
        disks=(*disks, seat),
        nics=(),
        image_id=image_id,
        image_format=disk_format,
        tags=(HOLDER_TAG + scene.target,),
        start=False,
        install=bool(disks),
        node=node,
    )


def fill(scene: Scene) -> Ask:
    """An image onto a new disk."""
    image = scene.image(scene.its().image_id or "")
    command = hold(scene, scene.wanted, image_id=image.id, disk_format=image.disk_format or "raw")
    return Ask(command, orders=BuildOrders(image=image_to_write(image)))


def copy(scene: Scene) -> Ask:
    """Another disk onto a new one, on the node where that one can be read.

    An external provider makes the copy itself.
    """
    facts = scene.task.facts
    origin = source_of(scene)
    if scene.template == EXTERNAL:
        cloned = hold(scene, replace(scene.wanted, origin=origin.name), node=facts["node"])
        return Ask(replace(cloned, install=False), facts.get("source_server", ""))
    command = hold(scene, scene.wanted, node=facts["node"])
    return Ask(command, facts.get("source_server", ""), BuildOrders(copy=origin))


def source_of(scene: Scene) -> DiskToCopy:
    """What `find_source` has found."""
    facts = scene.task.facts
    where = (facts["source_instance"], facts["source_disk"], facts["path"])
    return DiskToCopy(*where, runs=facts.get("runs") == "yes")


def find_source(scene: Scene) -> Ask:
    """Where the disk to copy can be read."""
    facts = scene.task.facts
    return Ask(ActivateDisks(facts["source_instance"]), facts.get("source_server", ""))


def make_holder(scene: Scene) -> Ask:
    """A place for the disk."""
    return Ask(hold(scene))


def remove_holder(scene: Scene) -> Ask:
    """The holder, with what is in it."""
    return Ask(RemoveInstance(scene.holder))


def enter_holder(scene: Scene) -> Ask:
    """The disk that no instance has comes to rest."""
    return Ask(AttachDisk(scene.holder, scene.disk))


def leave_holder(scene: Scene) -> Ask:
    """The disk is in no instance afterwards."""
    return Ask(DetachDisk(scene.holder, scene.disk))


def add(scene: Scene) -> Ask:
    """A new disk in the server."""
    server = scene.guest()
    return Ask(AddDisk(server.instance, scene.wanted, live=scene.runs()), server.id)


def enter_server(scene: Scene) -> Ask:
    """Into the server; first when it is to boot from it."""
    server, first = scene.guest(), scene.task.facts.get("first") == "yes"
    return Ask(AttachDisk(server.instance, scene.disk, scene.runs(), first), server.id)


def leave_server(scene: Scene) -> Ask:
    """Out of the server, if its guest lets go."""
    server = scene.guest()
    return Ask(DetachDisk(server.instance, scene.disk, live=scene.runs()), server.id)


def give_back(scene: Scene) -> Ask:
    """Into the server that has had it; its guest may never have noticed."""
    server = scene.guest()
    return Ask(AttachDisk(server.instance, scene.disk), server.id)


def grow(scene: Scene) -> Ask:
    """As large as the volume says."""
    size = scene.its().size * GIB
    if scene.its().place is Place.HOLDER:
        return Ask(GrowDisk(scene.holder, scene.disk, size))
    server = scene.guest()
    return Ask(GrowDisk(server.instance, scene.disk, size), server.id)


STEPS: Final[Mapping[Step, Callable[[Scene], Ask]]] = {
    Step.FILL: fill,
    Step.FIND_SOURCE: find_source,
    Step.COPY: copy,
    Step.MAKE_HOLDER: make_holder,
    Step.ENTER_HOLDER: enter_holder,
    Step.LEAVE_HOLDER: leave_holder,
    Step.DROP_HOLDER: remove_holder,
    Step.REMOVE_HOLDER: remove_holder,
    Step.ADD: add,
    Step.ENTER_SERVER: enter_server,
    Step.LEAVE_SERVER: leave_server,
    Step.GIVE_BACK: give_back,
    Step.GROW: grow,
}
