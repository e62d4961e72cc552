"""/node/v1/metadata: what a guest asks its node of itself. Our own."""

from typing import Any

from cyclades.web.node.schemas.metadata import ASK
from cyclades.web.request import CycladesRequest
from cyclades.web.resource import Access, Resource

node_metadata = Resource("node-metadata", "/node/v1/metadata")


@node_metadata.on("POST", access=Access.NODE, body=ASK)
def tell_guest(request: CycladesRequest) -> Any:
    """All that is told to the server that has an address on a network of the asking cluster.

    `network` is its name there. `user_data` is base64 text, or null. `ec2` is the tree below
    /latest/meta-data; `_name` is how a list names what is below it. 404 for an address that
    no server of the cluster has there.
    """
    asked = request.body_in
    # Not the request's own unit: nothing is written, and so nobody needs to wait.
    with request.app.reader() as unit:
        told = unit.guest_metadata.asked_from(request.cluster_id, asked["network"], asked["ip"])
    return {
        "meta_data": told.meta_data,
        "network_data": told.network_data,
        "user_data": told.user_data or None,
        "vendor_data": told.vendor_data,
        "ec2": told.ec2,
    }
