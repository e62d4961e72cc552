"""What images and members look like, as JSON schemas that clients build their forms from."""

from collections.abc import Mapping
from typing import Any

from cyclades.domain.model.image import CONTAINER_FORMATS, DISK_FORMATS, Status, Visibility
from cyclades.domain.model.image_member import MemberStatus
from cyclades.domain.model.image_task import TaskStatus

Schema = dict[str, Any]
OPTIONAL_TEXT = ["null", "string"]
OPTIONAL_NUMBER = ["null", "integer"]


def _said(description: str, kind: Any = "string", **more: Any) -> Schema:
    return {"type": kind, "description": description, **more}


def _fixed(description: str, kind: Any = "string", **more: Any) -> Schema:
    return _said(description, kind, readOnly=True, **more)


IMAGE: Schema = {
    "id": _said("The image's id", pattern="^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"),
    "name": _said("What people call it", OPTIONAL_TEXT, maxLength=255),
    "status": _fixed("Where it stands", enum=[str(one) for one in Status]),
    "visibility": _said("Who sees it", enum=[str(one) for one in Visibility]),
    "protected": _said("Whether it refuses to be deleted", "boolean"),
    "os_hidden": _said("Whether lists leave it out", "boolean"),
    "checksum": _fixed("MD5 of its data, in hexadecimal", OPTIONAL_TEXT, maxLength=32),
    "os_hash_algo": _fixed("How os_hash_value was made", OPTIONAL_TEXT, maxLength=64),
    "os_hash_value": _fixed("Digest of its data, in hexadecimal", OPTIONAL_TEXT, maxLength=128),
    "owner": _said("The project it belongs to", OPTIONAL_TEXT, maxLength=255),
    "size": _fixed("Bytes of its data", OPTIONAL_NUMBER),
    "virtual_size": _fixed("Bytes of the disk inside", OPTIONAL_NUMBER),
    "container_format": _said(
        "What its disk is in", OPTIONAL_TEXT, enum=[None, *CONTAINER_FORMATS]
    ),
    "disk_format": _said("How its disk is written", OPTIONAL_TEXT, enum=[None, *DISK_FORMATS]),
    "min_disk": _said("GiB of disk that it needs", "integer"),
    "min_ram": _said("MiB of memory that it needs", "integer"),
    "tags": _said("Words to find it by", "array", items={"type": "string", "maxLength": 255}),
    "created_at": _fixed("When it was made"),
    "updated_at": _fixed("When it was last changed"),
    "self": _fixed("Its own path"),
    "file": _fixed("Its data's path"),
    "stores": _fixed("Where its data is kept, once there is some"),
    "schema": _fixed("This schema's path"),
}
MEMBER: Schema = {
    "member_id": _said("The project that the image is offered to"),
    "image_id": _said("The image"),
    "status": _said("What the project says to it", enum=[str(one) for one in MemberStatus]),
    "created_at": _fixed("When it was offered"),
    "updated_at": _fixed("When the project last answered"),
    "schema": _fixed("This schema's path"),
}
ONE_IMAGE: Schema = {
    "name": "image",
    "properties": IMAGE,
    "additionalProperties": {"type": "string"},
    "links": [
        {"rel": "self", "href": "{self}"},
        {"rel": "enclosure", "href": "{file}"},
        {"rel": "describedby", "href": "{schema}"},
    ],
}
ONE_MEMBER: Schema = {"name": "member", "properties": MEMBER}
TASK: Schema = {
    "id": _fixed("The task's id"),
    "type": _fixed("What it does", enum=["import", "api_image_import"]),
    "status": _fixed("Where it stands", enum=[str(one) for one in TaskStatus]),
    "input": _fixed("What was asked for", "object"),
    "result": _fixed("What came of it", ["null", "object"]),
    "owner": _fixed("The project that asked"),
    "message": _fixed("Why it failed, or what is in its way"),
    "expires_at": _fixed("When it is forgotten, once it is over", OPTIONAL_TEXT),
    "created_at": _fixed("When it was asked for"),
    "updated_at": _fixed("When it last changed"),
    "image_id": _fixed("The image"),
    "request_id": _fixed("The request that asked"),
    "user_id": _fixed("The user who asked"),
    "self": _fixed("Its own path"),
    "schema": _fixed("This schema's path"),
}
ONE_TASK: Schema = {"name": "task", "properties": TASK}
PAGES: Schema = {"first": {"type": "string"}, "next": {"type": "string"}}


def _several(name: str, one: Schema, **more: Any) -> Schema:
    listed = {name: {"type": "array", "items": one}, **more, "schema": {"type": "string"}}
    return {
        "name": name,
        "properties": listed,
        "links": [{"rel": "describedby", "href": "{schema}"}],
    }


BY_NAME: Mapping[str, Schema] = {
    "image": ONE_IMAGE,
    "images": _several("images", ONE_IMAGE, **PAGES),
    "member": ONE_MEMBER,
    "members": _several("members", ONE_MEMBER),
    "task": ONE_TASK,
    "tasks": _several("tasks", ONE_TASK, **PAGES),
}
