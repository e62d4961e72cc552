"""One transaction's repositories and services, of all services."""

from cyclades.bootstrap.copies import CopiesUnit
from cyclades.bootstrap.feed import FeedUnit
from cyclades.bootstrap.identity import IdentityUnit
from cyclades.bootstrap.interfaces import InterfacesUnit
from cyclades.bootstrap.node import NodeUnit


class Unit(CopiesUnit, NodeUnit, InterfacesUnit, IdentityUnit, FeedUnit):
    """Bound to one connection; each member is made when first used."""
