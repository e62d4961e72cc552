"""What routers of the tests are to be."""

from cyclades.domain.model.router_state import (
    FloatingAddress,
    RouterExternal,
    RouterLink,
    RouterState,
)

OWN = "203.0.113.5"
FLOATING = "203.0.113.7"
OTHER_FLOATING = "203.0.113.8"
WEB, DB, APP = "10.0.0.9", "10.0.0.10", "10.1.0.9"


def link(bridge: str, number: int, *addresses: str) -> RouterLink:
    """An interface in a bridge."""
    mac = f"aa:0d:01:00:01:{number:02x}"
    return RouterLink(
        f"port-{number}", f"network-{bridge}", "bridged", bridge, mac, 1500, addresses
    )


INSIDE = link("br-in", 1, "10.0.0.1/24")
OTHER = link("br-other", 2, "10.1.0.1/24")
OUTSIDE = RouterExternal(link("br-out", 3, f"{OWN}/24", "2001:db8:1::5/64"), ("203.0.113.1",))


def router(*floating: tuple[str, str], **more: object) -> RouterState:
    """One between two networks and the outside."""
    state: dict[str, object] = {
        "id": "router-1",
        "external": OUTSIDE,
        "snat": OWN,
        "interfaces": (INSIDE, OTHER),
        "floating": tuple(FloatingAddress(*pair) for pair in floating),
    }
    return RouterState(**(state | more))  # type: ignore[arg-type] # tests name any field
