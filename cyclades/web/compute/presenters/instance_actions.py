"""Instance actions as compute clients read them."""

from collections.abc import Sequence
from typing import Any

from cyclades.domain.model.instance_action import InstanceActionEvent
from cyclades.ports.instance_action_views import ActionView
from cyclades.web.compute.presenters.server_fields import hidden_host
from cyclades.web.microversions import Microversion
from cyclades.web.rendering import iso_micro

EVENTS_FOR_ALL = Microversion(2, 51)
UPDATED = Microversion(2, 58)
HOSTS = Microversion(2, 62)
DETAILS = Microversion(2, 84)


def brief(row: ActionView, version: Microversion) -> dict[str, Any]:
    """As in lists; `updated_at` since 2.58."""
    body = {
        "action": row.action,
        "instance_uuid": row.server_id,
        "request_id": row.request_id,
        "user_id": row.user_id,
        "project_id": row.project_id,
        "start_time": iso_micro(row.started),
        "message": row.message,
    }
    return body | {"updated_at": iso_micro(row.updated)} if version >= UPDATED else body


def shows_events(version: Microversion, *, admin: bool) -> bool:
    """Before 2.51 only administrators saw an action's events."""
    return admin or version >= EVENTS_FOR_ALL


def detail(
    row: ActionView, said: Sequence[InstanceActionEvent], version: Microversion, *, admin: bool
) -> dict[str, Any]:
    """With its events: the job in the cluster, and what was said on the way."""
    body = brief(row, version)
    if shows_events(version, admin=admin):
        job = InstanceActionEvent(
            row.id,
            row.id,
            f"cluster_{row.action}",
            row.started,
            row.message if admin else None,
            row.result,
            row.finished,
        )
        body["events"] = [event(row, each, version, admin=admin) for each in (job, *said)]
    return body


def event(
    row: ActionView, step: InstanceActionEvent, version: Microversion, *, admin: bool
) -> dict[str, Any]:
    """One step of an action."""
    body: dict[str, Any] = {
        "event": step.name,
        "start_time": iso_micro(step.started),
        "finish_time": iso_micro(step.finished),
        "result": step.result,
    }
    if admin:
        body["traceback"] = None
    if version >= HOSTS:
        body["hostId"] = hidden_host(row.owner_id, row.cluster_id)
        if admin:
            body["host"] = row.cluster
    if version >= DETAILS and (admin or step.message):
        body["details"] = step.message
    return body
