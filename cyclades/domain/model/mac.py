"""MAC addresses: ours are made from a prefix and the port's id."""

import hashlib
import re

from cyclades.domain.model.errors import InvalidInput

FORM = re.compile(r"[0-9a-f]{2}(:[0-9a-f]{2}){5}", re.ASCII)
CANDIDATES = 8
OCTETS = 6


def parse_mac(text: str, field: str = "mac_address") -> str:
    """The unicast address in our form. Raises InvalidInput."""
    mac = text.lower().replace("-", ":")
    if not FORM.fullmatch(mac) or mac == "00:00:00:00:00:00" or int(mac[:2], 16) & 1:
        raise InvalidInput(
            f"Invalid input for {field}. Reason: '{text[:40]}' is not a valid MAC address.", field
        )
    return mac


def candidates(prefix: str, port_id: str) -> tuple[str, ...]:
    """Addresses that a port may have, the preferred one first.

    Two ports rarely want the same one; whoever comes second takes its next.
    """
    head = prefix.lower().split(":")
    free = OCTETS - len(head)
    digest = hashlib.sha256(port_id.encode()).digest()
    tails = (digest[at * free : (at + 1) * free] for at in range(CANDIDATES))
    return tuple(":".join([*head, *(f"{octet:02x}" for octet in tail)]) for tail in tails)
