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
# Where each piece counts: the image's bytes, by its status and whether others are on their way
# to replace them; and those on their way.
CONTENT_COUNTS_AS: Mapping[tuple[Status, bool], str] = {
    (Status.UPLOADING, False): STAGE,
    (Status.IMPORTING, False): SIZE,
    (Status.IMPORTING, True): STAGE,
    (Status.ACTIVE, False): SIZE,
    (Status.DEACTIVATED, False): SIZE,
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
    content = CONTENT_COUNTS_AS.get((image.status, image.upload is not None))
    pieces = (
        (content, image.content.size if image.content else 0),
        (UPLOAD_COUNTS_AS.get(image.status), image.upload.reserved if image.upload else 0),
    )
    for resource, size in pieces:
        if resource and size:
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
