"""The query of /servers/{id}/os-instance-actions.

Source: Compute API reference, "Servers actions (servers, os-instance-actions)".
"""

from collections.abc import Mapping

from cyclades.web.compute.schemas.server_lists import Filter, moment
from cyclades.web.microversions import Microversion
from cyclades.web.schema_types import integer, mapping, sequence, text

PAGES = Microversion(2, 58)
FILTERS: Mapping[str, Filter] = {
    "changes-since": Filter("changes-since", moment, PAGES),
    "changes-before": Filter("changes-before", moment, Microversion(2, 66)),
}
LIST = mapping(
    "",
    *(sequence(name, text(name), maximum=2, missing=()) for name in FILTERS),
    integer("limit", minimum=0, missing=None),
    text("marker", missing=None),
    unknown="preserve",
)
