"""What an image costs its owner's quota. Bytes count in MiB, each piece rounded up."""

from collections import defaultdict
from collections.abc import Mapping

from cyclades.domain.model.image import Image, Status
from cyclades.domain.model.quota import Amounts

COUNT = "image_count_total"
UPLOADING = "image_count_uploading"
SIZE = "image_size_total"
STAGE = "image_stage_total"
MEBIBYTE = 2**20
# Where each piece counts, by status: the image's bytes, and those on their way.
CONTENT_COUNTS_AS: Mapping[Status, str] = {
    Status.UPLOADING: STAGE,
    Status.IMPORTING: STAGE,
    Status.ACTIVE: SIZE,
    Status.DEACTIVATED: SIZE,
}
UPLOAD_COUNTS_AS: Mapping[Status, str] = {
    Status.SAVING: SIZE,
    Status.UPLOADING: STAGE,
    Status.IMPORTING: SIZE,
}


def usage(image: Image) -> Amounts:
    """What this image costs."""
    found = {COUNT: 1}
    if image.status in UPLOAD_COUNTS_AS:
        found[UPLOADING] = 1
    pieces = (
        (CONTENT_COUNTS_AS, image.content.size if image.content else 0),
        (UPLOAD_COUNTS_AS, image.upload.reserved if image.upload else 0),
    )
    for table, size in pieces:
        if size and image.status in table:
            resource = table[image.status]
            found[resource] = found.get(resource, 0) + mebibytes(size)
    return found


def changes(before: Image | None, after: Image | None) -> Mapping[str, Amounts]:
    """By project: how much more (or, below zero, less) it uses. None: there is no image."""
    found: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for image, sign in ((before, -1), (after, 1)):
        for resource, amount in usage(image).items() if image else ():
            found[image.owner if image else ""][resource] += sign * amount
    return found


def mebibytes(size: int) -> int:
    """MiB that so many bytes begin."""
    return -(-size // MEBIBYTE)
