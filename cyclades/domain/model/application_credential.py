"""Application credentials: a program's own secret, for some of a user's roles in one project."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ApplicationCredential:
    """`roles` are role ids. An unrestricted one may make more credentials."""

    id: str
    user_id: str
    project_id: str
    name: str
    secret_hash: str = field(repr=False)
    roles: tuple[str, ...] = ()
    description: str | None = None
    unrestricted: bool = False
    expires: datetime | None = None
