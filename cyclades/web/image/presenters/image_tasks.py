"""Imports as clients read them. Where bytes come from is not shown: a URI may hold a secret."""

from typing import Any

from cyclades.domain.model.image_task import KEPT, ImageTask, TaskStatus
from cyclades.web.rendering import iso


def short(task: ImageTask) -> dict[str, Any]:
    """In lists of all tasks."""
    return {
        "id": task.id,
        "type": "api_image_import",
        "status": task.status.value,
        "owner": task.owner,
        "expires_at": iso(task.finished + KEPT) if task.finished else None,
        "created_at": iso(task.created),
        "updated_at": iso(task.updated),
        "self": f"/v2/tasks/{task.id}",
        "schema": "/v2/schemas/task",
    }


def full(task: ImageTask) -> dict[str, Any]:
    """One alone, and in the list of an image's."""
    done = task.status is TaskStatus.SUCCESS
    return short(task) | {
        "image_id": task.image_id,
        "request_id": task.request_id,
        "user_id": task.user_id,
        "message": task.message,
        "input": {
            "image_id": task.image_id,
            "import_req": {"method": {"name": task.method.value}},
        },
        "result": {"image_id": task.image_id} if done else None,
    }


def of_image(task: ImageTask) -> dict[str, Any]:
    """In the list of an image's tasks."""
    return full(task) | {"deleted": False, "deleted_at": None}
