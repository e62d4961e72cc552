"""Which steps a task on disks takes, and what undoes them: tables."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from cyclades.domain.model.disk_task import TaskKind
from cyclades.domain.model.errors import Conflict
from cyclades.domain.model.job_errors import MOVED
from cyclades.domain.model.volume import Place, Volume


class Step(StrEnum):
    """What one job does; its holder is the volume's or the snapshot's that the task is about."""

    FILL = "fill"  # make its holder, with the disk that an image fills
    FIND_SOURCE = "find_source"  # where the disk is that is to be copied
    COPY = "copy"  # make its holder there, with a copy of that disk
    MAKE_HOLDER = "make_holder"  # without the disk
    ENTER_HOLDER = "enter_holder"
    LEAVE_HOLDER = "leave_holder"
    DROP_HOLDER = "drop_holder"  # which does not have the disk
    REMOVE_HOLDER = "remove_holder"  # with the disk
    ADD = "add"  # make the disk in the server
    ENTER_SERVER = "enter_server"
    LEAVE_SERVER = "leave_server"
    GIVE_BACK = "give_back"  # to the server that it was just taken from
    GROW = "grow"
    CARRY = "carry"  # make a carrier with a copy of a disk, which is sent to us
    DROP_CARRIER = "drop_carrier"
    FILL_FROM_BACKUP = "fill_from_backup"  # make its holder, with the disk that a backup fills


class Situation(StrEnum):
    """Where the disk is when the task begins, or where its contents come from."""

    BLANK = "blank"  # there is no disk yet
    BLANK_WITH_HOLDER = "blank_with_holder"  # left by what failed, and was not undone either
    PROMISED = "promised"  # nor here; it is to be a copy of its snapshot's
    HELD = "held"
    LOST = "lost"  # between its holder and a server
    IN_SERVER = "in_server"  # and it never left one: no holder yet
    IN_SERVER_WITH_HOLDER = "in_server_with_holder"
    FROM_IMAGE = "from_image"
    FROM_DISK = "from_disk"


PLANS: Final[Mapping[tuple[TaskKind, Situation], tuple[Step, ...]]] = {
    (TaskKind.CREATE, Situation.FROM_IMAGE): (Step.FILL,),
    (TaskKind.CREATE, Situation.FROM_DISK): (Step.FIND_SOURCE, Step.COPY),
    (TaskKind.ATTACH, Situation.BLANK): (Step.ADD,),
    # Or there would be two disks of one name, and which of them it is nobody could tell.
    (TaskKind.ATTACH, Situation.BLANK_WITH_HOLDER): (Step.DROP_HOLDER, Step.ADD),
    (TaskKind.ATTACH, Situation.PROMISED): (Step.ADD,),
    (TaskKind.ATTACH, Situation.HELD): (Step.LEAVE_HOLDER, Step.ENTER_SERVER),
    (TaskKind.DETACH, Situation.IN_SERVER): (
        Step.MAKE_HOLDER,
        Step.LEAVE_SERVER,
        Step.ENTER_HOLDER,
    ),
    (TaskKind.DETACH, Situation.IN_SERVER_WITH_HOLDER): (Step.LEAVE_SERVER, Step.ENTER_HOLDER),
    (TaskKind.EXTEND, Situation.HELD): (Step.GROW,),
    (TaskKind.EXTEND, Situation.IN_SERVER): (Step.GROW,),
    (TaskKind.EXTEND, Situation.IN_SERVER_WITH_HOLDER): (Step.GROW,),
    (TaskKind.DELETE, Situation.BLANK): (Step.REMOVE_HOLDER,),
    (TaskKind.DELETE, Situation.BLANK_WITH_HOLDER): (Step.REMOVE_HOLDER,),
    (TaskKind.DELETE, Situation.PROMISED): (Step.REMOVE_HOLDER,),
    (TaskKind.DELETE, Situation.HELD): (Step.REMOVE_HOLDER,),
    # A disk in no instance is in no list: to be removed it has to enter one.
    (TaskKind.DELETE, Situation.LOST): (Step.MAKE_HOLDER, Step.ENTER_HOLDER, Step.REMOVE_HOLDER),
    (TaskKind.RECOVER, Situation.LOST): (Step.MAKE_HOLDER, Step.ENTER_HOLDER),
}
RECOVER_IN_GUEST: Final = (Step.GIVE_BACK,)  # one that never let go of it still writes to it

SAVES: Final = (TaskKind.UPLOAD, TaskKind.SAVE_SERVER, TaskKind.BACKUP)
SAVING: Final = (Step.FIND_SOURCE, Step.CARRY, Step.DROP_CARRIER)
SAVE_BLANK: Final = (Step.CARRY, Step.DROP_CARRIER)
# What whoever begins the task decides: it depends on more than where the volume's disk is.
TAKE_SNAPSHOT: Final = (Step.FIND_SOURCE, Step.COPY)
DELETE_SNAPSHOT: Final = (Step.REMOVE_HOLDER,)
REVERT: Final[Mapping[tuple[bool, bool], tuple[Step, ...]]] = {  # it, the snapshot have a holder
    (True, True): (Step.FIND_SOURCE, Step.REMOVE_HOLDER, Step.COPY),
    (False, True): (Step.FIND_SOURCE, Step.COPY),
    (True, False): (Step.REMOVE_HOLDER,),
    (False, False): (),
}
RESTORE: Final[Mapping[tuple[bool, bool], tuple[Step, ...]]] = {  # it has a holder, that bytes
    (True, True): (Step.REMOVE_HOLDER, Step.FILL_FROM_BACKUP),
    (False, True): (Step.FILL_FROM_BACKUP,),
    (True, False): (Step.REMOVE_HOLDER,),
    (False, False): (),
}


@dataclass(frozen=True, slots=True)
class Undo:
    """What puts right what was done when this step fails, or why there is nothing to put right."""

    steps: tuple[Step, ...] = ()
    because: str = ""


KEPT: Final = "A cluster keeps the instance of a failed creation."
NOTHING: Final = "A failed step changes nothing, and nothing went before."
AGAIN: Final = "The user may delete again."
LEFT_OVER: Final = "Audits find carriers without a task."
LATER: Final = "Audits find what is in no instance."
UNDO: Final[Mapping[tuple[TaskKind, Step], Undo]] = {
    (TaskKind.CREATE, Step.FILL): Undo((Step.DROP_HOLDER,), KEPT),
    (TaskKind.CREATE, Step.DROP_HOLDER): Undo((), KEPT),
    (TaskKind.CREATE, Step.FIND_SOURCE): Undo((), NOTHING),
    (TaskKind.CREATE, Step.COPY): Undo((Step.DROP_HOLDER,), KEPT),
    (TaskKind.ATTACH, Step.ADD): Undo((), NOTHING),
    (TaskKind.ATTACH, Step.DROP_HOLDER): Undo((), NOTHING),
    (TaskKind.ATTACH, Step.LEAVE_HOLDER): Undo((), NOTHING),
    (TaskKind.ATTACH, Step.ENTER_SERVER): Undo((Step.ENTER_HOLDER,), "The disk is in no instance."),
    (TaskKind.DETACH, Step.MAKE_HOLDER): Undo((Step.DROP_HOLDER,), KEPT),
    (TaskKind.DETACH, Step.LEAVE_SERVER): Undo((), "The holder stays for the next time."),
    (TaskKind.DETACH, Step.ENTER_HOLDER): Undo((Step.GIVE_BACK,), "The disk is in no instance."),
    (TaskKind.EXTEND, Step.GROW): Undo((), NOTHING),
    (TaskKind.SNAPSHOT, Step.DROP_HOLDER): Undo((), KEPT),
    (TaskKind.SNAPSHOT, Step.FIND_SOURCE): Undo((), NOTHING),
    (TaskKind.SNAPSHOT, Step.COPY): Undo((Step.DROP_HOLDER,), KEPT),
    (TaskKind.DELETE_SNAPSHOT, Step.REMOVE_HOLDER): Undo((), AGAIN),
    (TaskKind.REVERT, Step.FIND_SOURCE): Undo((), NOTHING),
    (TaskKind.REVERT, Step.REMOVE_HOLDER): Undo((), NOTHING),
    (TaskKind.REVERT, Step.COPY): Undo((Step.DROP_HOLDER,), KEPT),
    (TaskKind.RESTORE, Step.REMOVE_HOLDER): Undo((), NOTHING),
    (TaskKind.RESTORE, Step.FILL_FROM_BACKUP): Undo((Step.DROP_HOLDER,), KEPT),
    **{(kind, Step.FIND_SOURCE): Undo((), NOTHING) for kind in SAVES},
    **{(kind, Step.CARRY): Undo((Step.DROP_CARRIER,), KEPT) for kind in SAVES},
    **{(kind, Step.DROP_CARRIER): Undo((), LEFT_OVER) for kind in SAVES},
    (TaskKind.DELETE, Step.MAKE_HOLDER): Undo((), AGAIN),
    (TaskKind.DELETE, Step.ENTER_HOLDER): Undo((), AGAIN),
    (TaskKind.DELETE, Step.REMOVE_HOLDER): Undo((), AGAIN),
    (TaskKind.RECOVER, Step.MAKE_HOLDER): Undo((), LATER),
    (TaskKind.RECOVER, Step.ENTER_HOLDER): Undo((), LATER),
    (TaskKind.RECOVER, Step.GIVE_BACK): Undo((), LATER),
}
# The job says that it succeeded, and the guest still has the disk.
WHEN_NOT_LET_GO: Final = Undo((Step.GIVE_BACK,), "The disk has left the server, not its guest.")
# A guest that has not noticed these has the disk when it is started next.
TAKEN_UP: Final = frozenset({Step.ADD, Step.ENTER_SERVER})
GONE: Final = frozenset({"unknown_entity"})
# What a cluster answers when there is nothing left to do.
DONE_ALREADY: Final[Mapping[tuple[TaskKind, Step], frozenset[str]]] = {
    (TaskKind.ATTACH, Step.DROP_HOLDER): GONE,
    (TaskKind.ATTACH, Step.ADD): frozenset({"resource_not_unique"}),
    (TaskKind.ATTACH, Step.ENTER_SERVER): frozenset({"resource_not_unique"}),
    (TaskKind.ATTACH, Step.ENTER_HOLDER): frozenset({"resource_not_unique"}),
    (TaskKind.DETACH, Step.MAKE_HOLDER): frozenset({"already_exists"}),
    (TaskKind.DETACH, Step.ENTER_HOLDER): frozenset({"resource_not_unique"}),
    (TaskKind.DETACH, Step.GIVE_BACK): frozenset({"resource_not_unique"}),
    (TaskKind.DETACH, Step.DROP_HOLDER): GONE,
    (TaskKind.CREATE, Step.DROP_HOLDER): GONE,
    (TaskKind.DELETE, Step.MAKE_HOLDER): frozenset({"already_exists"}),
    # No disk of this name: so much the better.
    (TaskKind.DELETE, Step.ENTER_HOLDER): frozenset({"resource_not_unique", "wrong_input"}),
    (TaskKind.DELETE, Step.REMOVE_HOLDER): GONE,
    (TaskKind.SNAPSHOT, Step.DROP_HOLDER): GONE,
    (TaskKind.DELETE_SNAPSHOT, Step.REMOVE_HOLDER): GONE,
    (TaskKind.REVERT, Step.REMOVE_HOLDER): GONE,
    (TaskKind.REVERT, Step.DROP_HOLDER): GONE,
    (TaskKind.RESTORE, Step.REMOVE_HOLDER): GONE,
    (TaskKind.RESTORE, Step.DROP_HOLDER): GONE,
    **{(kind, Step.DROP_CARRIER): GONE for kind in SAVES},
    (TaskKind.RECOVER, Step.MAKE_HOLDER): frozenset({"already_exists"}),
    (TaskKind.RECOVER, Step.ENTER_HOLDER): frozenset({"resource_not_unique"}),
    (TaskKind.RECOVER, Step.GIVE_BACK): frozenset({"resource_not_unique"}),
}
# What is done in place of a step, once, when a cluster answers so: somebody has removed the
# holder; the server whose disk is copied has moved to another node.
ANOTHER_HOLDER: Final = (Step.MAKE_HOLDER, Step.ENTER_HOLDER)
ANOTHER_LOOK: Final = (Step.DROP_HOLDER, Step.FIND_SOURCE, Step.COPY)
INSTEAD: Final[Mapping[tuple[TaskKind, Step, str], tuple[Step, ...]]] = {
    (TaskKind.CREATE, Step.COPY, MOVED): ANOTHER_LOOK,
    (TaskKind.SNAPSHOT, Step.COPY, MOVED): ANOTHER_LOOK,
    **{(kind, Step.CARRY, MOVED): (Step.DROP_CARRIER, *SAVING[:2]) for kind in SAVES},
    (TaskKind.ATTACH, Step.ENTER_HOLDER, "unknown_entity"): ANOTHER_HOLDER,
    (TaskKind.DETACH, Step.ENTER_HOLDER, "unknown_entity"): ANOTHER_HOLDER,
}
SITUATIONS: Final[Mapping[tuple[Place, bool], Situation]] = {
    (Place.NOWHERE, False): Situation.BLANK,
    (Place.NOWHERE, True): Situation.BLANK_WITH_HOLDER,
    (Place.ORIGIN, False): Situation.PROMISED,
    (Place.HOLDER, True): Situation.HELD,
    (Place.MOVING, False): Situation.LOST,
    (Place.MOVING, True): Situation.LOST,
    (Place.SERVER, False): Situation.IN_SERVER,
    (Place.SERVER, True): Situation.IN_SERVER_WITH_HOLDER,
}
IN_WORDS: Final[Mapping[Situation, str]] = {
    Situation.BLANK: "has no disk yet",
    Situation.BLANK_WITH_HOLDER: "has no disk yet",
    Situation.PROMISED: "has no disk yet: a server must have it first",
    Situation.LOST: "was lost on the way between two instances: delete it, or ask your operator",
    Situation.IN_SERVER: "is in a server",
    Situation.IN_SERVER_WITH_HOLDER: "is in a server",
    Situation.HELD: "is in no server",
}


def situation_of(kind: TaskKind, volume: Volume) -> Situation:
    """What the plan depends on."""
    if kind is TaskKind.CREATE:
        return Situation.FROM_IMAGE if volume.image_id else Situation.FROM_DISK
    return SITUATIONS.get((volume.place, volume.holder), Situation.LOST)


def plan_of(kind: TaskKind, situation: Situation) -> tuple[Step, ...]:
    """The steps. Raises Conflict for what makes no sense."""
    plan = PLANS.get((kind, situation))
    if plan is None:
        raise Conflict(f"The volume {IN_WORDS[situation]}.")
    return plan


def undo_of(kind: TaskKind, step: Step) -> tuple[Step, ...]:
    """What is to be done when this step has failed."""
    return UNDO[kind, step].steps


# Without its disk a volume is blank, wherever that is wanted next.
OVERWRITES: Final = frozenset({TaskKind.REVERT, TaskKind.RESTORE})
# Whose disk a task makes or removes, if not the volume's; carriers' are nobody's.
OF_SNAPSHOTS: Final = frozenset({TaskKind.SNAPSHOT, TaskKind.DELETE_SNAPSHOT})
# What a step says of the volume once it has succeeded, and what before it has begun.
AFTER: Final[Mapping[Step, Mapping[str, object]]] = {
    Step.FILL: {"place": Place.HOLDER, "holder": True},
    Step.COPY: {"place": Place.HOLDER, "holder": True},
    Step.FILL_FROM_BACKUP: {"place": Place.HOLDER, "holder": True},
    Step.ENTER_HOLDER: {"place": Place.HOLDER},
    Step.LEAVE_HOLDER: {"place": Place.MOVING},
    Step.DROP_HOLDER: {"holder": False},
    Step.REMOVE_HOLDER: {"place": Place.NOWHERE, "holder": False},
    Step.ADD: {"place": Place.SERVER},
    Step.ENTER_SERVER: {"place": Place.SERVER},
    Step.LEAVE_SERVER: {"place": Place.MOVING},
    Step.GIVE_BACK: {"place": Place.SERVER},
}
BEFORE: Final[Mapping[Step, Mapping[str, object]]] = {
    Step.FILL: {"holder": True},
    Step.COPY: {"holder": True},
    Step.FILL_FROM_BACKUP: {"holder": True},
    Step.MAKE_HOLDER: {"holder": True},
}
