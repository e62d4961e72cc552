"""Who may do what in the identity service.

Administrators may do everything; readers of the whole system may look at everything;
everybody may do some things with what is their own, and a few with no regard to whose.
"""

from cyclades.domain.model.errors import Forbidden
from cyclades.domain.model.identity import Caller

ANYBODY = frozenset({"get_region", "list_regions"})
OWN = frozenset(
    {
        "get_user",
        "list_user_projects",
        "list_groups_for_user",
        "change_password",
        "get_project",
        "list_project_tags",
        "get_project_tag",
        "get_domain",
        "check_token",
        "validate_token",
        "revoke_token",
        "create_application_credential",
        "get_application_credential",
        "list_application_credentials",
        "delete_application_credential",
    }
)
LOOKING = ("get_", "list_", "check_", "validate_")


def authorise(caller: Caller, action: str, *, own: bool = False) -> None:
    """Raise Forbidden unless the caller may do this; `own` says that it is theirs."""
    if (
        caller.is_admin
        or action in ANYBODY
        or (own and action in OWN)
        or (caller.system and "reader" in caller.roles and action.startswith(LOOKING))
    ):
        return
    raise Forbidden(f"You are not authorized to perform the requested action: identity:{action}.")
