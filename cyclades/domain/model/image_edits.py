"""What callers may write about an image: creation and update go by the same tables."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Literal

from cyclades.domain.model.errors import Conflict, Forbidden, InvalidInput, TooLarge
from cyclades.domain.model.image import Image, Status, Visibility
from cyclades.domain.model.image_properties import refuse_nonsense

Operation = Literal["add", "replace", "remove"]

# The API's name of each writable attribute, and ours.
WRITABLE: Mapping[str, str] = MappingProxyType(
    {
        "name": "name",
        "visibility": "visibility",
        "container_format": "container_format",
        "disk_format": "disk_format",
        "min_disk": "min_disk",
        "min_ram": "min_ram",
        "protected": "protected",
        "os_hidden": "hidden",
        "tags": "tags",
        "owner": "owner",
    }
)
READ_ONLY = frozenset(
    {
        *("id", "status", "created_at", "updated_at", "self", "file", "schema", "direct_url"),
        *("checksum", "os_hash_algo", "os_hash_value", "size", "virtual_size", "stores"),
        *("locations", "location", "deleted", "deleted_at", "is_public"),
    }
)
RESERVED_PREFIXES = ("os_glance", "SNF:")
QUEUED_ONLY = frozenset({"container_format", "disk_format"})
CONVERSIONS: Mapping[str, Callable[[Any], Any]] = MappingProxyType(
    {"visibility": Visibility, "tags": lambda tags: tuple(sorted(set(tags)))}
)
MOST_PROPERTIES = 128
MOST_TAGS = 128
LONGEST_KEY = 255
LONGEST_VALUE = 65535


@dataclass(frozen=True, slots=True)
class Edit:
    """One step of an update: an attribute's (or custom property's) name and new value."""

    operation: Operation
    name: str
    value: Any = None


def is_property(name: str) -> bool:
    """Whether it may be the name of a custom property: no attribute's, and not reserved."""
    return not (name in WRITABLE or name in READ_ONLY or name.startswith(RESERVED_PREFIXES))


def edited(image: Image, edits: Sequence[Edit], *, admin: bool) -> Image:
    """The image after all edits, in order.

    Raises Forbidden (not theirs to write), Conflict (nothing there to replace or remove),
    InvalidInput or TooLarge.
    """
    before = image
    for edit in edits:
        _refuse_fixed(before, edit)
        image = STEPS[edit.operation](image, edit)
    if not admin:
        _refuse_privileged(before, image)
    if len(image.properties) > MOST_PROPERTIES:
        raise TooLarge(f"An image has at most {MOST_PROPERTIES} properties.")
    if len(image.tags) > MOST_TAGS:
        raise TooLarge(f"An image has at most {MOST_TAGS} tags.")
    return image


def _refuse_fixed(image: Image, edit: Edit) -> None:
    name = edit.name
    if name in READ_ONLY:
        raise Forbidden(f"Attribute '{name}' is read-only.")
    if name.startswith(RESERVED_PREFIXES):
        raise Forbidden(f"Attribute '{name[:80]}' is reserved.")
    if name in QUEUED_ONLY and image.status is not Status.QUEUED:
        raise Forbidden(f"Attribute '{name}' can be changed only while the image is queued.")


def _refuse_privileged(before: Image, after: Image) -> None:
    if after.owner != before.owner:
        raise Forbidden("Only an administrator may change an image's owner.")
    if after.visibility is not before.visibility and after.visibility is Visibility.PUBLIC:
        raise Forbidden("You are not authorized to complete publicize_image action.")


def _put(image: Image, edit: Edit) -> Image:
    if edit.name in WRITABLE:
        value = CONVERSIONS.get(edit.name, _same)(edit.value)
        return replace(image, **{WRITABLE[edit.name]: value})
    if not isinstance(edit.value, str):
        raise InvalidInput(f"Property {edit.name[:80]!r} must be a string.", edit.name)
    if not 0 < len(edit.name) <= LONGEST_KEY or len(edit.value) > LONGEST_VALUE:
        raise InvalidInput(
            f"A property's name has 1 to {LONGEST_KEY} characters, "
            f"its value at most {LONGEST_VALUE}.",
            edit.name,
        )
    refuse_nonsense(image.properties, edit.name, edit.value)
    return replace(image, properties={**image.properties, edit.name: edit.value})


def _put_existing(image: Image, edit: Edit) -> Image:
    if edit.name not in WRITABLE and edit.name not in image.properties:
        raise Conflict(f"Property {edit.name[:80]} does not exist.")
    return _put(image, edit)


def _remove(image: Image, edit: Edit) -> Image:
    if edit.name in WRITABLE:
        raise Forbidden(f"Property {edit.name} may not be removed.")
    if edit.name not in image.properties:
        raise Conflict(f"Property {edit.name[:80]} does not exist.")
    rest = {name: value for name, value in image.properties.items() if name != edit.name}
    return replace(image, properties=rest)


def _same(value: Any) -> Any:
    return value


STEPS: Mapping[Operation, Callable[[Image, Edit], Image]] = MappingProxyType(
    {"add": _put, "replace": _put_existing, "remove": _remove}
)
