"""One transaction's repositories and services, of all services."""

from cyclades.bootstrap.compute import ComputeUnit
from cyclades.bootstrap.feed import FeedUnit
from cyclades.bootstrap.identity import IdentityUnit


class Unit(ComputeUnit, IdentityUnit, FeedUnit):
    """Bound to one connection; each member is made when first used."""
