"""Bodies and queries of /ports. Source: Networking API v2.0, "Ports"."""

from typing import Any

import colander

from cyclades.domain.model.port import MOST_ADDRESSES
from cyclades.web.network.bodies import (
    OWNER,
    flag,
    name_and_words,
    one,
    one_or_many,
    owner,
    tag_list,
)
from cyclades.web.network.listing import list_query, standard, truth, word
from cyclades.web.schema_types import integer, mapping, sequence, text

NAMES = OWNER | {"mac_address": "mac", "SNF:firewall_profile": "firewall_profile"}
SAME_FOR_ALL = {
    "binding:vnic_type": "normal",
    "ip_allocation": "immediate",
}
LABEL = r"^([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)?\Z"  # of a name in DNS, or none
ADDRESS_KEYS = ("ip_address", "ip_address_substr", "subnet_id")


def short(name: str, missing: Any = colander.drop) -> Any:
    """The text of an id or an address."""
    return text(name, minimum=1, maximum=64, missing=missing)


CHANGEABLE = [
    *name_and_words(),
    flag("admin_state_up"),
    short("mac_address"),
    sequence(
        "fixed_ips",
        mapping("fixed_ip", short("subnet_id"), short("ip_address")),
        maximum=MOST_ADDRESSES,
        missing=colander.drop,
    ),
    text("device_id", missing=colander.drop),
    text("device_owner", missing=colander.drop),
    sequence("security_groups", short("id"), maximum=50, missing=colander.drop),
    flag("port_security_enabled"),
    sequence(
        "allowed_address_pairs",
        mapping("pair", short("ip_address", colander.required), short("mac_address")),
        maximum=10,
        missing=colander.drop,
    ),
    sequence(
        "extra_dhcp_opts",
        mapping(
            "option",
            text("opt_name", minimum=1, maximum=64),
            text("opt_value", maximum=255, nullable=True),
            integer("ip_version", minimum=4, maximum=6, missing=4),
        ),
        maximum=20,
        missing=colander.drop,
    ),
    text("binding:vnic_type", one_of=("normal",), missing=colander.drop),
    text("dns_name", maximum=63, pattern=LABEL, missing=colander.drop),
    text("SNF:firewall_profile", minimum=1, maximum=64, missing=colander.drop, nullable=True),
]
CREATE = one_or_many(
    "port",
    "ports",
    [*CHANGEABLE, *owner(), tag_list(), text("network_id", minimum=1, maximum=64)],
)
UPDATE = one("port", CHANGEABLE)
LIST = list_query(
    standard(
        {
            "network_id": word,
            "mac_address": word,
            "status": word,
            "admin_state_up": truth,
            "device_id": word,
            "device_owner": word,
            "fixed_ips": word,
            "ip_address_substr": word,
            "security_groups": word,
            "port_security_enabled": truth,
            "dns_name": word,
            "SNF:firewall_profile": word,
            "binding:vnic_type": word,
            "ip_allocation": word,
        }
    ),
    (
        "id",
        "name",
        "description",
        "project_id",
        "tenant_id",
        "network_id",
        "mac_address",
        "status",
        "admin_state_up",
        "device_id",
        "device_owner",
        "created_at",
        "updated_at",
        "revision_number",
    ),
)
