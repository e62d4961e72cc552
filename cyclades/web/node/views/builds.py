"""/node/v1/build: what the OS definition asks, ticket in hand. Our own."""

from dataclasses import asdict
from typing import Any

from cyclades.domain.model.build import BuildOrders
from cyclades.domain.model.errors import InvalidInput
from cyclades.domain.services.build_desk import verified
from cyclades.web.image.views.image_files import (
    BYTES,
    announced_size,
    body_pieces,
    wanted_range,
)
from cyclades.web.node.schemas.builds import SAVE
from cyclades.web.request import CycladesRequest
from cyclades.web.resource import Access, Resource, nothing

TICKET = "X-Cyclades-Ticket"
OF_IMAGES = ("disk_format", "size", "sha512", "virtual_size")

build = Resource("node-build", "/node/v1/build")
build_image = Resource("node-build-image", "/node/v1/build/image")
build_data = Resource("node-build-data", "/node/v1/build/data")


@build.on("GET", access=Access.NODE)
def show_orders(request: CycladesRequest) -> Any:
    """What is to become of a new instance's disks; the X-Cyclades-Ticket header says which.

    `image` fills disk 0 (`sha512` of its bytes, sizes in bytes), or `copy` does: another
    disk, whose `instance` may be running. Then the guest is made the server's own if
    `customise` says so, by what `guest_os` says of it. `config_drive`: the last disk becomes
    one. `save`: in the end disk 0 is sent to /node/v1/build/data in this format. Nothing in
    here is secret. 404 once the instance is made, and for whatever is no ticket.
    """
    with request.app.reader() as unit:
        found = unit.builds.of(ticket_of(request), request.cluster_id)
        server_id = found.orders.server_id
        told = unit.guest_metadata.of(server_id) if server_id else None
    return {
        "instance": found.instance,
        **shown(found.orders),
        "metadata": told.meta_data if told else {},
        "network_data": told.network_data if told else {},
        "vendor_data": told.vendor_data if told else {},
    }


@build_image.on("GET", access=Access.NODE)
def read_image(request: CycladesRequest) -> Any:
    """The bytes of the image that fills disk 0, or a range of them."""
    desk, ticket, cluster_id = request.app.build_desk, ticket_of(request), request.cluster_id
    image = desk.orders(ticket, cluster_id).orders.image
    size = image.size if image else 0
    start, stop = wanted_range(request, size) if image else (0, 0)
    response = request.response
    response.app_iter = desk.read(ticket, cluster_id, start, stop - start)
    response.content_length = stop - start
    response.content_type, response.charset = BYTES, None
    response.headers["Accept-Ranges"] = "bytes"
    if (start, stop) != (0, size):
        response.status_int = 206
        response.headers["Content-Range"] = f"bytes {start}-{stop - 1}/{size}"
    return response


@build_data.on("PUT", access=Access.NODE, query=SAVE, raw=True)
def save_disk(request: CycladesRequest) -> Any:
    """Take disk 0's bytes, in the format that the orders say.

    All of them or, on any error, none. With `sha512` they must be what it says.
    """
    desk, ticket, cluster_id = request.app.build_desk, ticket_of(request), request.cluster_id
    wanted, said = desk.orders(ticket, cluster_id).orders.save, request.query_in
    if wanted is not None and said["disk_format"] != wanted.disk_format:
        raise InvalidInput(f"The disk is to come as {wanted.disk_format}.", "disk_format")
    size = announced_size(request)
    chunks = body_pieces(request, size)
    if said["sha512"]:
        chunks = verified(chunks, said["sha512"])
    desk.save(ticket, cluster_id, chunks, size)
    return nothing(request)


def ticket_of(request: CycladesRequest) -> str:
    """The secret that the instance was created with."""
    return str(request.headers.get(TICKET, ""))


def shown(orders: BuildOrders) -> dict[str, Any]:
    """The orders without what is only ours: where bytes are kept, what they become."""
    image, copy, save = orders.image, orders.copy, orders.save
    facts = {name: getattr(image, name) for name in OF_IMAGES} if image else {}
    return {
        "image": {"id": image.image_id, **facts} if image else None,
        "copy": asdict(copy) if copy else None,
        "save": {"disk_format": save.disk_format} if save else None,
        "customise": orders.customise,
        "config_drive": orders.config_drive,
        "guest_os": dict(orders.guest_os),
    }
