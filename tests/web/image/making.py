"""Images made through the API, for tests of what can be done to them."""

from typing import Any

from tests.harness.api import Client

IMAGES = "/image/v2/images"
BYTES = {"Content-Type": "application/octet-stream"}
PATCH = {"Content-Type": "application/openstack-images-v2.1-json-patch"}


def make(api: Client, data: bytes | None = None, token: str = "member", **fields: Any) -> str:
    """The id of a new image, with this data if any."""
    body = {"name": "i", "disk_format": "raw", "container_format": "bare"} | fields
    image_id: str = api.call("POST", IMAGES, body, token=token, status=201).json["id"]
    if data is not None:
        upload(api, image_id, data, token=token, status=204)
    return image_id


def upload(api: Client, image_id: str, data: bytes, **more: Any) -> Any:
    """Send the data."""
    return api.call("PUT", f"{IMAGES}/{image_id}/file", data, headers=BYTES, **more)


def patch(api: Client, image_id: str, *steps: Any, **more: Any) -> Any:
    """Send a JSON patch; a triple is short for its object."""
    body = [
        dict(zip(("op", "path", "value"), step, strict=False)) if isinstance(step, tuple) else step
        for step in steps
    ]
    return api.call("PATCH", f"{IMAGES}/{image_id}", body, headers=PATCH, **more)


def shown(api: Client, image_id: str, token: str = "member") -> Any:
    """The image's body."""
    return api.call("GET", f"{IMAGES}/{image_id}", token=token, status=200).json
