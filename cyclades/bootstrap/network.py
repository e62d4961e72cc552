"""Network's repositories and services in one transaction."""

from cyclades.bootstrap.unit_base import UnitBase


class NetworkUnit(UnitBase):
    """What network needs."""
