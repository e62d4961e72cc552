"""Imports: workers bring an image's bytes, whoever asked waits for nothing."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

MOST_ATTEMPTS = 5
RETRY_AFTER = timedelta(seconds=30)  # times the attempts so far
KEPT = timedelta(days=2)  # finished tasks are shown for so long


class Method(StrEnum):
    """Where the bytes are: in the store already (staged), or behind a URI."""

    GLANCE_DIRECT = "glance-direct"
    WEB_DOWNLOAD = "web-download"


class TaskStatus(StrEnum):
    """Where a task stands, in the API's words."""

    PENDING = "pending"
    PROCESSING = "processing"
    SUCCESS = "success"
    FAILURE = "failure"


@dataclass(frozen=True, slots=True)
class ImageTask:
    """One import. `uri` is forgotten with the task's end: it may hold a secret.

    `fence` counts claims: who holds an older one has lost the task. `message` says why it
    failed, or what is in its way.
    """

    id: str
    image_id: str
    owner: str
    user_id: str
    request_id: str
    method: Method
    created: datetime
    updated: datetime
    uri: str | None = None
    status: TaskStatus = TaskStatus.PENDING
    message: str = ""
    attempts: int = 0
    fence: int = 0
    finished: datetime | None = None
