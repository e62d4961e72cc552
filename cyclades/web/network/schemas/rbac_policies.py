"""Bodies and queries of /rbac-policies. Source: Networking API v2.0, "RBAC Policies"."""

from cyclades.domain.model.rbac_policy import ACTIONS, NETWORK
from cyclades.web.network.bodies import OWNER, one, one_or_many, owner
from cyclades.web.network.listing import list_query, word
from cyclades.web.schema_types import text

NAMES = OWNER | {"target_tenant": "target_project"}
ATTRIBUTES = (
    "id",
    "project_id",
    "tenant_id",
    "object_type",
    "object_id",
    "action",
    "target_tenant",
)
TARGET = text("target_tenant", minimum=1, maximum=64)
CREATE = one_or_many(
    "rbac_policy",
    "rbac_policies",
    [
        TARGET,
        text("object_type", one_of=(NETWORK,)),
        text("object_id", minimum=1, maximum=64),
        text("action", one_of=ACTIONS),
        *owner(),
    ],
)
UPDATE = one("rbac_policy", [TARGET])
LIST = list_query(dict.fromkeys(ATTRIBUTES, word), ATTRIBUTES)
