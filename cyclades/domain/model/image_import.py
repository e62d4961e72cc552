"""What an import does to an image, step by step."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType

from cyclades.domain.model.errors import Conflict
from cyclades.domain.model.image import Content, Image, Status, Upload, described
from cyclades.domain.model.image_task import Method

# The status that each way of importing begins in.
BEGINS_IN: Mapping[Method, Status] = MappingProxyType(
    {Method.GLANCE_DIRECT: Status.UPLOADING, Method.WEB_DOWNLOAD: Status.QUEUED}
)


def importing(image: Image, method: Method, now: datetime) -> Image:
    """The image while a worker brings its bytes. Raises Conflict, InvalidInput."""
    staged = image.content is not None and image.upload is None
    if image.status is not BEGINS_IN[method] or staged is (method is Method.WEB_DOWNLOAD):
        raise Conflict(f"Image {image.id} is {image.status}: {method} cannot begin.")
    described(image)
    return replace(image, status=Status.IMPORTING, trouble="", updated=now)


def writing(image: Image, blob: str, now: datetime) -> Image:
    """The image while bytes are written to this blob, beside those that it has."""
    return replace(_held(image), upload=Upload(blob, now))


def brought(image: Image, content: Content, now: datetime) -> Image:
    """The image whose bytes are in the store, not looked at yet."""
    _held(image)
    if image.upload is None or image.upload.blob != content.blob:
        raise Conflict(f"The import of image {image.id} was taken over.")
    return replace(image, content=content, upload=None, updated=now)


def imported(image: Image, virtual_size: int, now: datetime) -> Image:
    """The image with bytes that are what they should be."""
    if _held(image).content is None:
        raise Conflict(f"Image {image.id} has no data to import.")
    content = image.content and replace(image.content, virtual_size=virtual_size)
    return replace(image, status=Status.ACTIVE, content=content, upload=None, updated=now)


def refused(image: Image, why: str, now: datetime) -> Image:
    """The image that waits for other bytes."""
    return replace(image, status=Status.QUEUED, content=None, upload=None, trouble=why, updated=now)


def _held(image: Image) -> Image:
    if image.status is not Status.IMPORTING:
        raise Conflict(f"Image {image.id} is {image.status}: it is not imported any more.")
    return image
