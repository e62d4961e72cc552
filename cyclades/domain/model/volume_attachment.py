"""A volume in a server."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class AttachmentStatus(StrEnum):
    """The words of the Block Storage API's attachments."""

    RESERVED = "reserved"
    ATTACHING = "attaching"
    ATTACHED = "attached"
    DETACHING = "detaching"


@dataclass(frozen=True, slots=True)
class VolumeAttachment:
    """`device` as the guest may see it (/dev/vdb); `boot_index` 0: the server boots from it."""

    id: str
    volume_id: str
    server_id: str
    project_id: str
    user_id: str
    device: str
    created: datetime
    updated: datetime
    status: AttachmentStatus = AttachmentStatus.ATTACHING
    boot_index: int | None = None
    delete_on_termination: bool = False
    tag: str | None = None
    version: int = 1
