"""Instance actions as compute clients read them."""

from typing import Any

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


def detail(row: ActionView, version: Microversion, *, admin: bool) -> dict[str, Any]:
    """With its event; before 2.51 only administrators saw those."""
    body = brief(row, version)
    if admin or version >= EVENTS_FOR_ALL:
        body["events"] = [event(row, version, admin=admin)]
    return body


def event(row: ActionView, version: Microversion, *, admin: bool) -> dict[str, Any]:
    """The one step that actions have here: the job in the cluster."""
    body: dict[str, Any] = {
        "event": f"cluster_{row.action}",
        "start_time": iso_micro(row.started),
        "finish_time": iso_micro(row.finished),
        "result": row.result,
    }
    if admin:
        body["traceback"] = None
    if version >= HOSTS:
        body["hostId"] = hidden_host(row.owner_id, row.cluster_id)
        if admin:
            body["host"] = row.cluster
    if version >= DETAILS and admin:
        body["details"] = row.message
    return body
