"""JSON patches, in both media types that clients send, as edits."""

import re
from collections.abc import Mapping
from typing import Any

from cyclades.domain.model.errors import Forbidden, InvalidInput
from cyclades.domain.model.image_edits import Edit
from cyclades.web.image.schemas.images import FIELDS, PATCH
from cyclades.web.validation import check, json_body

CURRENT = "application/openstack-images-v2.1-json-patch"
OLD = "application/openstack-images-v2.0-json-patch"
OPERATIONS = ("add", "replace", "remove")
ESCAPE = re.compile(r"~(?![01])")


def edits_of(request: Any) -> list[Edit]:
    """The request's patch. Raises InvalidInput, UnsupportedType, TooLarge."""
    steps = json_body(request, frozenset({CURRENT, OLD}))
    if content_type(request) == OLD and isinstance(steps, list):
        steps = [_modern(step) for step in steps]
    return [_edit(step) for step in check(PATCH, steps)]


def creation_edits(wanted: Mapping[str, Any]) -> list[Edit]:
    """A new image's attributes as edits."""
    return [Edit("add", name, value) for name, value in wanted.items()]


def content_type(request: Any) -> str:
    """The media type without parameters."""
    kind: str = request.headers.get("Content-Type") or ""
    return kind.split(";", maxsplit=1)[0].strip().lower()


def _modern(step: Any) -> Any:
    # {"replace": "/name", "value": ...} said what {"op": "replace", "path": "/name"} says.
    if isinstance(step, dict):
        for operation in OPERATIONS:
            if operation in step:
                rest = {name: value for name, value in step.items() if name != operation}
                return {"op": operation, "path": step[operation], **rest}
    return step


def _edit(step: Mapping[str, Any]) -> Edit:
    name = _pointed(step["path"])
    if step["op"] == "remove":
        return Edit("remove", name)
    if "value" not in step:
        raise InvalidInput(f'Operation "{step["op"]}" requires a member named "value".', "value")
    value = check(FIELDS[name], step["value"]) if name in FIELDS else step["value"]
    return Edit(step["op"], name, value)


def _pointed(path: str) -> str:
    name = path.removeprefix("/")
    if name.partition("/")[0] == "locations":
        raise Forbidden("Where images' data is kept is not shown and cannot be set.")
    if name == path or not name or "/" in name or ESCAPE.search(name):
        raise InvalidInput(f"Pointer {path[:80]!r} does not name an attribute.", "path")
    return name.replace("~1", "/").replace("~0", "~")
