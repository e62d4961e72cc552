"""/node/v1/ports: what clusters' nodes must know of their servers' interfaces. Our own."""

from typing import Any

from cyclades.web.node.schemas.ports import ASK
from cyclades.web.request import CycladesRequest
from cyclades.web.resource import Access, Resource

node_ports = Resource("node-ports", "/node/v1/ports")


@node_ports.on("POST", access=Access.NODE, body=ASK)
def compare_ports(request: CycladesRequest) -> Any:
    """Say what is known of some ports; learn what is otherwise.

    `ports` has the digest that is known of each port, or an empty text. The answer has the
    document of each whose digest is another, and null for those that no server of the
    cluster has. The `cursor` of one answer goes into the next question: when nothing has
    changed meanwhile, only ports without a digest are looked at.
    """
    asked = request.body_in
    # Not the request's own unit: nothing is written, and so nobody needs to wait.
    with request.app.reader() as unit:
        answer = unit.node_documents.changed(request.cluster_id, asked["ports"], asked["cursor"])
    return {"cursor": answer.cursor, "ports": answer.documents}
