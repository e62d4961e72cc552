"""Who asks: the caller of a request, and what their roles let them do."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Caller:
    """An authenticated user in the scope of one project (or domain, system, or none).

    Roles are names; `admin` anywhere is the cloud's administrator, as in OpenStack.
    `request_id` is this request's req-... id.
    """

    user_id: str
    project_id: str | None
    domain_id: str | None = None
    roles: frozenset[str] = frozenset()
    user_name: str = ""
    user_domain_id: str = "default"
    project_name: str = ""
    expires: datetime | None = None
    audit_id: str = ""
    methods: tuple[str, ...] = field(default=())
    application_credential_id: str | None = None
    project_domain_id: str | None = None
    system: bool = False

    @property
    def is_admin(self) -> bool:
        """May do everything."""
        return "admin" in self.roles

    @property
    def may_write(self) -> bool:
        """Members change their project's things; readers only look."""
        return bool(self.roles & {"admin", "member", "manager"})
