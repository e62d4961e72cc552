"""Steps that save disks, and that bring what was saved back; with all others, one table."""

from collections.abc import Callable, Mapping
from typing import Final

from cyclades.domain.model.build import BuildOrders, DiskToSave, ImageToWrite, SavedAs
from cyclades.domain.model.disk_plans import Step
from cyclades.domain.model.effects import CreateInstance, RemoveInstance
from cyclades.domain.model.volume import carrier_name
from cyclades.domain.services.disk_steps import (
    HOLDER_MEMORY_MIB,
    HOLDER_TAG,
    STEPS,
    Ask,
    Scene,
    hold,
    source_of,
)

BYTES: Final = 2**30  # in a GiB


def carry(scene: Scene) -> Ask:
    """A copy of the disk, where that one can be read; the OS definition sends it to us.

    A disk that was never made is blank, and so is its copy.
    """
    facts = scene.task.facts
    command = CreateInstance(
        instance=carrier_name(scene.prefix, scene.target),
        vcpus=1,
        memory_mib=HOLDER_MEMORY_MIB,
        disk_template=scene.template,
        disks=(scene.wanted,),
        nics=(),
        image_id="",
        image_format="",
        tags=(HOLDER_TAG + scene.target,),
        start=False,
        node=facts.get("node", ""),
    )
    saved = DiskToSave(SavedAs(facts["save_as"]), facts["save_id"], facts["disk_format"])
    origin = source_of(scene) if "path" in facts else None
    orders = BuildOrders(copy=origin, save=saved)
    return Ask(command, facts.get("source_server", ""), orders)


def drop_carrier(scene: Scene) -> Ask:
    """The copy was sent, or never will be."""
    return Ask(RemoveInstance(carrier_name(scene.prefix, scene.target)))


def fill_from_backup(scene: Scene) -> Ask:
    """What a backup has kept, onto a new disk."""
    facts = scene.task.facts
    kept = ImageToWrite(
        "",
        facts["blob"],
        facts["disk_format"],
        int(facts["blob_size"]),
        facts["sha512"],
        scene.size * BYTES,
    )
    return Ask(hold(scene, scene.wanted), orders=BuildOrders(image=kept))


EVERY_STEP: Final[Mapping[Step, Callable[[Scene], Ask]]] = {
    **STEPS,
    Step.CARRY: carry,
    Step.DROP_CARRIER: drop_carrier,
    Step.FILL_FROM_BACKUP: fill_from_backup,
}
