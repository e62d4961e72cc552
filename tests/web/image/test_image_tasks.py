"""/image/v2/images/{id}/tasks and /image/v2/tasks: what became of imports."""

from typing import Any

from cyclades.bootstrap import Application
from tests.harness.api import PROJECT, Client
from tests.harness.image_bytes import do_imports
from tests.web.image.making import BYTES, IMAGES, make, shown

TASKS = "/image/v2/tasks"
OF_IMAGE = {
    *("id", "type", "status", "owner", "expires_at", "created_at", "updated_at", "self"),
    *("schema", "image_id", "request_id", "user_id", "message", "input", "result", "deleted"),
    "deleted_at",
}


def staged(api: Client, data: bytes = b"data", **fields: Any) -> str:
    image_id = make(api, **fields)
    api.call("PUT", f"{IMAGES}/{image_id}/stage", data, headers=BYTES, status=204)
    return image_id


def imported(api: Client, image_id: str) -> str:
    """The request's id."""
    body = {"method": {"name": "glance-direct"}}
    answer = api.call("POST", f"{IMAGES}/{image_id}/import", body, status=202)
    return str(answer.headers["X-Openstack-Request-Id"])


def test_an_import_from_wish_to_end(api: Client, application: Application) -> None:
    image_id = staged(api)
    assert api.call("GET", f"{IMAGES}/{image_id}/tasks", status=200).json == {"tasks": []}
    request_id = imported(api, image_id)
    assert shown(api, image_id)["os_glance_importing_to_stores"] == "files"
    (task,) = api.call("GET", f"{IMAGES}/{image_id}/tasks", status=200).json["tasks"]
    assert set(task) == OF_IMAGE
    assert (task["status"], task["owner"], task["request_id"]) == ("pending", PROJECT, request_id)
    assert task["input"]["import_req"] == {"method": {"name": "glance-direct"}}
    assert task["result"] is task["expires_at"] is None
    do_imports(application)
    (task,) = api.call("GET", f"{IMAGES}/{image_id}/tasks", status=200).json["tasks"]
    assert (task["status"], task["result"]) == ("success", {"image_id": image_id})
    assert task["expires_at"] is not None
    image = shown(api, image_id)
    assert (image["status"], image["stores"]) == ("active", "files")
    assert "os_glance_importing_to_stores" not in image


def test_why_an_import_failed(api: Client, application: Application) -> None:
    image_id = staged(api, b"no qcow2", disk_format="qcow2")
    imported(api, image_id)
    do_imports(application)
    (task,) = api.call("GET", f"{IMAGES}/{image_id}/tasks", status=200).json["tasks"]
    assert task["status"] == "failure"
    image = shown(api, image_id)
    assert (image["status"], image["os_glance_failed_import"]) == ("queued", "files")
    assert image["SNF:trouble"] == task["message"] != ""


def test_who_sees_tasks(api: Client) -> None:
    image_id = staged(api)
    imported(api, image_id)
    api.call("GET", f"{IMAGES}/{image_id}/tasks", token="other", status=404)
    api.call("GET", f"{IMAGES}/{image_id}/tasks", token="reader", status=200)
    (task,) = api.call("GET", f"{IMAGES}/{image_id}/tasks", status=200).json["tasks"]
    for path in (TASKS, f"{TASKS}/{task['id']}"):
        api.call("GET", path, status=403)
    whole = api.call("GET", f"{TASKS}/{task['id']}", token="admin", status=200).json
    assert whole["image_id"] == image_id
    api.call("GET", f"{TASKS}/unknown", token="admin", status=404)


def test_all_tasks_in_pages(api: Client) -> None:
    for _ in range(3):
        imported(api, staged(api))
    seen, path = [], "/v2/tasks?limit=2"
    while path:
        page = api.call("GET", f"/image{path}", token="admin", status=200).json
        assert (page["schema"], page["first"]) == ("/v2/schemas/tasks", "/v2/tasks?limit=2")
        seen += [task["id"] for task in page["tasks"]]
        path = page.get("next", "")
    assert len(set(seen)) == 3
    assert seen == sorted(seen, reverse=True)
    api.call("GET", f"{TASKS}?marker=unknown", token="admin", status=400)


def test_schemas_of_tasks(api: Client) -> None:
    schema = api.call("GET", "/image/v2/schemas/task", status=200).json
    assert set(schema["properties"]) == OF_IMAGE - {"deleted", "deleted_at"}
    api.call("GET", "/image/v2/schemas/tasks", status=200)
