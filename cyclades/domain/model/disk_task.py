"""Tasks on disks: what takes several jobs, one after the other."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class TaskKind(StrEnum):
    """What users want done to a disk."""

    CREATE = "create"  # a volume with something on it
    DELETE = "delete"  # a volume
    ATTACH = "attach"
    DETACH = "detach"
    EXTEND = "extend"
    SNAPSHOT = "snapshot"
    DELETE_SNAPSHOT = "delete_snapshot"
    REVERT = "revert"  # a volume to its snapshot
    UPLOAD = "upload"  # a volume to an image
    SAVE_SERVER = "save_server"  # a server's disk to an image
    BACKUP = "backup"
    RESTORE = "restore"  # a backup to a volume
    RECOVER = "recover"  # the disk that was lost on its way


class TaskState(StrEnum):
    """Undoing: a step has failed, and what went before is being put right."""

    RUNNING = "running"
    UNDOING = "undoing"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class DiskTask:
    """`plan`: its steps' names as they were decided; `step`: the index of the one under way.

    `facts`: texts that steps need and find out (a path, a node...). `effect_id` is the effect
    of the step under way. `message`: why it failed, in words for its user.
    """

    id: str
    kind: TaskKind
    cluster_id: str
    project_id: str
    user_id: str
    request_id: str
    created: datetime
    updated: datetime
    plan: tuple[str, ...] = ()
    step: int = 0
    facts: Mapping[str, str] = field(default_factory=dict)
    volume_id: str | None = None
    snapshot_id: str | None = None
    backup_id: str | None = None
    image_id: str | None = None
    server_id: str | None = None
    effect_id: str | None = None
    state: TaskState = TaskState.RUNNING
    message: str | None = None
    finished: datetime | None = None
    version: int = 1
