"""/images/{id}/tasks and /tasks. Source: Image service API v2 reference, "Tasks", "Show tasks"."""

from typing import Any

from cyclades.web.image.presenters import image_tasks as present
from cyclades.web.image.views.images import links
from cyclades.web.paging import page_of
from cyclades.web.request import CycladesRequest
from cyclades.web.resource import Access, Resource

of_image = Resource("image_tasks", "/image/v2/images/{image_id}/tasks", rule="get_task")
tasks = Resource("tasks", "/image/v2/tasks", rule="get_tasks")
task = Resource("task", "/image/v2/tasks/{task_id}", rule="get_task")


@of_image.on("GET")
def list_tasks_of_image(request: CycladesRequest) -> Any:
    """What was asked for an image of one's own, oldest first."""
    image_id = request.matchdict["image_id"]
    found = request.cyclades.image_imports.of(request.caller, image_id)
    return {"tasks": [present.of_image(one) for one in found]}


@tasks.on("GET", access=Access.ADMIN)
def list_tasks(request: CycladesRequest) -> Any:
    """Everybody's, newest first."""
    page = page_of(request)
    rows = request.cyclades.image_imports.page(page.fetch, page.marker)
    return {
        "tasks": [present.short(row) for row in rows[: page.limit]],
        "schema": "/v2/schemas/tasks",
        **links(request, rows, page, "/v2/tasks"),
    }


@task.on("GET", access=Access.ADMIN)
def show_task(request: CycladesRequest) -> Any:
    """Anybody's."""
    return present.full(request.cyclades.image_imports.show(request.matchdict["task_id"]))
