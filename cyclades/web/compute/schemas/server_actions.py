"""Bodies of /servers/{id}/action: an object with one key, the action's name.

Source: Compute API reference, "Servers - run an action (servers, action)".
"""

from collections.abc import Mapping
from typing import Any

import colander

from cyclades.web.compute.schemas.server_words import metadata, one_key, printable
from cyclades.web.microversions import Microversion
from cyclades.web.schema_types import Anything, integer, mapping, text
from cyclades.web.versioned import Since, Versioned, versioned

REASONS = Microversion(2, 73)
ADDRESSES_GONE = Microversion(2, 44)  # the network service has them
# What OpenStack has and we do not have yet: an honest 501.
ABSENT = frozenset(
    {
        *("changePassword", "confirmResize"),
        *("evacuate", "injectNetworkInfo", "migrate"),
        *("os-getConsoleOutput", "os-getRDPConsole", "os-getSerialConsole"),
        *("os-getSPICEConsole", "os-getVNCConsole", "os-migrateLive", "os-resetState"),
        *("pause", "rebuild"),
        *("rescue", "resetNetwork", "resize", "restore", "resume", "revertResize", "shelve"),
        *("shelveOffload", "suspend", "trigger_crash_dump", "unpause", "unrescue", "unshelve"),
    }
)


def anything(name: str) -> colander.SchemaNode:
    """What comes with an action that needs nothing is passed over."""
    return colander.SchemaNode(Anything(), name=name, missing=colander.drop)


REBOOT = mapping(
    "reboot",
    text("type", one_of=("SOFT", "Soft", "soft", "HARD", "Hard", "hard")),
    missing=colander.drop,
)
LOCK = mapping(
    "lock",
    text("locked_reason", minimum=1, missing=None),
    missing=colander.drop,
    nullable=True,
)
GROUP = text("name", minimum=1)
ADDRESS = text("address", minimum=1, maximum=64)
OF_ADDRESSES = (
    mapping("addFixedIp", text("networkId", minimum=1, maximum=64), missing=colander.drop),
    mapping("removeFixedIp", ADDRESS, missing=colander.drop),
    mapping(
        "addFloatingIp",
        ADDRESS,
        text("fixed_address", minimum=1, maximum=64, missing=None),
        missing=colander.drop,
    ),
    mapping("removeFloatingIp", ADDRESS, missing=colander.drop),
)
GONE = {node.name: ADDRESSES_GONE for node in OF_ADDRESSES}
FIELDS = (
    Since(anything("os-start")),
    Since(anything("os-stop")),
    Since(REBOOT),
    Since(anything("lock"), until=REASONS),
    Since(LOCK, REASONS),
    Since(anything("unlock")),
    Since(anything("forceDelete")),
    Since(mapping("addSecurityGroup", GROUP, missing=colander.drop)),
    Since(mapping("removeSecurityGroup", GROUP, missing=colander.drop)),
    *(Since(node, until=ADDRESSES_GONE) for node in OF_ADDRESSES),
    Since(
        mapping(
            "firewallProfile",
            text("profile", minimum=1, maximum=64),
            text("nic", minimum=1, maximum=64),
            missing=colander.drop,
        )
    ),
    Since(
        mapping(
            "createImage",
            text("name", minimum=1),
            metadata(missing=None),
            missing=colander.drop,
            unknown="ignore",
        )
    ),
    Since(
        mapping(
            "createBackup",
            printable("name"),
            text("backup_type"),
            integer("rotation", minimum=0),
            metadata(missing=None),
            missing=colander.drop,
        )
    ),
    *(Since(anything(name)) for name in sorted(ABSENT)),
)
NAMES: Mapping[str, Any] = {field.node.name: field for field in FIELDS}


def _one(*fields: colander.SchemaNode) -> colander.SchemaNode:
    return mapping("", *fields, unknown="preserve", validator=one_key(NAMES))


ACTION: Versioned = versioned(FIELDS, _one)
