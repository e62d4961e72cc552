"""MAC addresses as users write them."""

import re

from cyclades.domain.model.errors import InvalidInput

FORM = re.compile(r"[0-9a-f]{2}(:[0-9a-f]{2}){5}", re.ASCII)


def parse_mac(text: str, field: str = "mac_address") -> str:
    """The unicast address in our form. Raises InvalidInput."""
    mac = text.lower().replace("-", ":")
    if not FORM.fullmatch(mac) or mac == "00:00:00:00:00:00" or int(mac[:2], 16) & 1:
        raise InvalidInput(
            f"Invalid input for {field}. Reason: '{text[:40]}' is not a valid MAC address.", field
        )
    return mac
