"""One transaction's repositories and services, of all services."""

from cyclades.bootstrap.compute import ComputeUnit
from cyclades.bootstrap.feed import FeedUnit
from cyclades.bootstrap.identity import IdentityUnit
from cyclades.bootstrap.node import NodeUnit
from cyclades.bootstrap.routing import RoutingUnit


class Unit(NodeUnit, ComputeUnit, RoutingUnit, IdentityUnit, FeedUnit):
    """Bound to one connection; each member is made when first used."""
