"""External networks: what goes with them, and what does not."""

from tests.web.network.conftest import Network
from tests.web.network.test_floating_ips import allocated, external, led, routed, used


def test_floating_ips_that_lead_nowhere_go_with_their_network(net: Network) -> None:
    """When an administrator deletes it; what is in use stays, and the network with it."""
    outside = external(net)
    idle, busy = allocated(net, outside), allocated(net, outside)
    port, _ = routed(net, outside)
    led(net, busy, port_id=port["id"])
    path = f"/networks/{outside}"
    assert net.refused("DELETE", path, None, 409, token="admin") == "NetworkInUse"
    net.call("GET", f"/floatingips/{idle['id']}", status=200)
    before = used(net)["floatingip"]
    led(net, busy, port_id=None)
    network = external(net, "192.0.2.0/24")
    alone = allocated(net, network)
    net.call("DELETE", f"/networks/{network}", token="admin", status=204)
    net.call("GET", f"/floatingips/{alone['id']}", status=404)
    assert used(net)["floatingip"] == before
