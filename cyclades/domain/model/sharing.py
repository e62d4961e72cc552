"""Who may see or change what: one predicate for every noun."""

from dataclasses import dataclass

from cyclades.domain.model.errors import Forbidden
from cyclades.domain.model.identity import Caller


@dataclass(frozen=True, slots=True)
class Scope:
    """What a caller's reads are limited to: one project, or everything (None)."""

    project_id: str | None
    everything: bool = False


def scope_of(caller: Caller, *, all_projects: bool = False) -> Scope:
    """The caller's own project; all projects only for administrators who ask for them."""
    if all_projects and caller.is_admin:
        return Scope(None, everything=True)
    return Scope(caller.project_id)


def reach_of(caller: Caller) -> Scope:
    """What the caller may touch by id: administrators reach every project's objects."""
    return Scope(None, everything=True) if caller.is_admin else Scope(caller.project_id)


def require_member(caller: Caller, rule: str) -> None:
    """Raise Forbidden unless the caller may change their project's things."""
    if not caller.may_write:
        raise Forbidden(f"Policy doesn't allow {rule} to be performed.")


def require_admin(caller: Caller, rule: str) -> None:
    """Raise Forbidden unless the caller is an administrator."""
    if not caller.is_admin:
        raise Forbidden(f"Policy doesn't allow {rule} to be performed.")


def project_for(caller: Caller, named: str | None, rule: str) -> str:
    """Whose a new object will be: only administrators name another project than their own.

    Raises Forbidden.
    """
    if named and named != caller.project_id and not caller.is_admin:
        raise Forbidden(f"Policy doesn't allow {rule} to be performed.")
    if project_id := named or caller.project_id:
        return project_id
    raise Forbidden(f"Policy doesn't allow {rule} to be performed without a project.")
