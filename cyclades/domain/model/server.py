"""The server: an aggregate that changes by tables and says what changed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from cyclades.domain.model.errors import Conflict
from cyclades.domain.model.identity import Caller
from cyclades.domain.model.operation import Operation
from cyclades.domain.model.reports import InstanceReport, Power
from cyclades.domain.model.server_actions import RULES, Action
from cyclades.domain.model.server_states import (
    AFTER_DEADLINE,
    AFTER_FAILURE,
    AFTER_SUCCESS,
    AS_SEEN,
    TaskState,
    VmState,
    status_of,
)

GONE = "The server no longer exists in its cluster."
ABSENCES_TO_BELIEVE = 2
TAG = "cyclades:server:"  # and the server's id: the tag of its instance
ALMOST = 99  # percent; only the end of its job completes a build


def kept_on(seen: InstanceReport) -> str:
    """The disk template of an instance, or empty if it has no disks."""
    return "" if seen.disk_template == "diskless" else seen.disk_template


def tag_of(server_id: str) -> str:
    """The tag that tells operators whose an instance is."""
    return f"{TAG}{server_id}"


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a server is in ERROR, in words for its user."""

    code: int
    message: str
    created: datetime


@dataclass(slots=True)
class Server:
    """One server of one project.

    `flavor` is a copy of the flavor as it was (JSON-able, with its id and name). ram in
    MiB, disk in GiB. `generation` counts accepted commands; `effect_id` is the newest
    command that is not settled yet. `version` guards against lost updates. `disk_template`:
    what its disks are kept on, in its cluster's word; empty when nobody knows.
    """

    id: str
    project_id: str
    user_id: str
    name: str
    cluster_id: str
    instance: str
    availability_zone: str
    flavor_id: str
    flavor: Mapping[str, object]
    vcpus: int
    ram: int
    disk: int
    created: datetime
    updated: datetime
    description: str | None = None
    hostname: str = ""
    reservation_id: str = ""
    launch_index: int = 0
    pinned_zone: str | None = None
    image_id: str | None = None
    key_name: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    security_groups: tuple[str, ...] = ()
    config_drive: bool = False
    disk_config: str = "MANUAL"
    disk_template: str = ""
    access_ipv4: str = ""
    access_ipv6: str = ""
    vm_state: VmState = VmState.BUILDING
    task_state: TaskState | None = TaskState.SCHEDULING
    power: Power = Power.UNKNOWN
    progress: int = 0
    locked: bool = False
    locked_by: str | None = None
    locked_reason: str | None = None
    fault: Fault | None = None
    generation: int = 1
    effect_id: str | None = None
    absences: int = 0
    placement: Mapping[str, object] = field(default_factory=dict)
    launched: datetime | None = None
    terminated: datetime | None = None
    version: int = 1

    @property
    def status(self) -> str:
        """BUILD, ACTIVE, SHUTOFF, ..."""
        return status_of(self.vm_state, self.task_state)

    @property
    def deleted(self) -> bool:
        """Final: deleted stays deleted."""
        return self.vm_state is VmState.DELETED

    @property
    def usage(self) -> dict[str, int]:
        """What it costs its project."""
        return {"instances": 1, "cores": self.vcpus, "ram": self.ram}

    def admit(self, action: Action, caller: Caller, kind: str = "") -> None:
        """Raise Conflict, with the state and why, unless the action is allowed now."""
        rule = RULES[action, kind]
        if self.locked and not rule.despite_lock and not caller.is_admin:
            raise Conflict(f"Instance {self.id} is locked")
        said = f"Cannot '{action}' instance {self.id} while it is in"
        if self.vm_state not in rule.states:
            raise Conflict(f"{said} vm_state {self.vm_state}")
        if rule.tasks and self.task_state not in rule.tasks:
            raise Conflict(f"{said} task_state {self.task_state}")
        if rule.launched and self.launched is None:
            raise Conflict(f"{said} vm_state {self.vm_state}: it was never built")

    def command(self, action: Action, effect_id: str, kind: str = "") -> None:
        """Note that a command was accepted: it is the newest now."""
        self.generation += 1
        self.effect_id = effect_id
        self.task_state = RULES[action, kind].task

    def begin(self) -> None:
        """The cluster works on the build."""
        if self.vm_state is VmState.BUILDING and self.task_state is TaskState.SCHEDULING:
            self.task_state = TaskState.SPAWNING

    @property
    def being_built(self) -> bool:
        """The cluster is at it, or will be, and nobody wants the server gone."""
        return self.vm_state is VmState.BUILDING and self.task_state in {
            TaskState.SCHEDULING,
            TaskState.SPAWNING,
        }

    def come(self, progress: int) -> bool:
        """So far has the build come, in percent; True if that is news."""
        before = (self.task_state, self.progress)
        self.begin()
        self.progress = max(self.progress, min(progress, ALMOST))
        return before != (self.task_state, self.progress)

    def succeed(self, operation: Operation, effect_id: str, now: datetime) -> None:
        """A command's job succeeded."""
        self.vm_state, self.power = AFTER_SUCCESS[operation]
        self.absences = 0
        self._settle(effect_id)
        if operation is Operation.CREATE:
            self.launched, self.progress = now, 100
        elif operation is Operation.REMOVE:
            self.terminated, self.task_state = now, None
        if self.vm_state is not VmState.ERROR:
            self.fault = None

    def fail(self, operation: Operation, effect_id: str, message: str, now: datetime) -> None:
        """A command's job failed; the message is for the user."""
        self._settle(effect_id)
        if operation in AFTER_FAILURE:
            self.vm_state = AFTER_FAILURE[operation]
            self.fault = Fault(500, message, now)

    def overrun(self, operation: Operation, effect_id: str, message: str, now: datetime) -> None:
        """A command has not ended in its time; it stays the newest one, and may still end."""
        if self.effect_id == effect_id:
            self.task_state = None
        if operation in AFTER_DEADLINE:
            self.vm_state = AFTER_DEADLINE[operation]
            self.fault = Fault(500, message, now)

    def lose(self, message: str, now: datetime) -> None:
        """The command that it waits for is nowhere to be found."""
        self.effect_id, self.task_state = None, None
        if self.vm_state is VmState.BUILDING:
            self.vm_state, self.fault = VmState.ERROR, Fault(500, message, now)

    def _settle(self, effect_id: str) -> None:
        # A newer command (a delete, most often) keeps its own task state.
        if self.effect_id == effect_id:
            self.effect_id = None
            self.task_state = None

    @property
    def quiet(self) -> bool:
        """Nothing is being done by us, and there was an instance: what is seen is what is."""
        return self.effect_id is None and self.launched is not None and not self.deleted

    @property
    def never_built(self) -> bool:
        """Its creation failed, for good."""
        return self.vm_state is VmState.ERROR and self.launched is None and self.effect_id is None

    def leaving(self, effect_id: str) -> bool:
        """Somebody wants it gone since this command was given."""
        return self.task_state is TaskState.DELETING and self.effect_id != effect_id

    def observe(self, seen: InstanceReport) -> bool:
        """Take over what the cluster shows of a quiet server; True if anything changed."""
        state = AS_SEEN.get(seen.power)
        if not self.quiet or state is None:
            return False
        before = self._shown
        self.vm_state, self.power = state, seen.power
        self.vcpus, self.ram = seen.vcpus, seen.memory_mib
        self.disk_template = self.disk_template or kept_on(seen)
        self.absences = 0
        self.fault = None
        return before != self._shown

    @property
    def _shown(self) -> tuple[object, ...]:
        seen = (self.vm_state, self.power, self.vcpus, self.ram)
        return (*seen, self.disk_template, self.absences)

    def miss(self, now: datetime, *, removed: bool) -> bool:
        """The right cluster positively does not know the instance; True if anything changed.

        `removed`: the cluster also shows the job that removed it, so an administrator
        meant it. Otherwise it takes two such answers, and the server stays for its user
        to see and delete.
        """
        if not self.quiet:
            return False
        if removed:
            self.vm_state, self.power, self.terminated = VmState.DELETED, Power.UNKNOWN, now
            return True
        self.absences += 1
        if self.absences == ABSENCES_TO_BELIEVE:
            self.vm_state, self.power = VmState.ERROR, Power.UNKNOWN
            self.fault = Fault(500, GONE, now)
        return self.absences <= ABSENCES_TO_BELIEVE
