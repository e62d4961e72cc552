"""One thing that was done to a server."""

from dataclasses import dataclass
from datetime import datetime

SUCCESS = "Success"
ERROR = "Error"


@dataclass(frozen=True, slots=True)
class InstanceAction:
    """`result` is None while it runs, then Success or Error; `message` is for users."""

    id: str
    server_id: str
    request_id: str
    action: str
    user_id: str | None
    project_id: str | None
    effect_id: str | None
    started: datetime
    updated: datetime
    finished: datetime | None = None
    result: str | None = None
    message: str | None = None


@dataclass(frozen=True, slots=True)
class InstanceActionEvent:
    """One step of an action, as far as its cluster tells; `result` as above."""

    id: str
    action_id: str
    name: str
    started: datetime
    message: str | None = None
    result: str | None = None
    finished: datetime | None = None
