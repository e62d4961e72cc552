"""Builds in one transaction: what the OS definition is to do, and who may ask."""

from functools import cached_property

from cyclades.adapters.sql.builds import SqlBuilds
from cyclades.bootstrap.unit_base import UnitBase
from cyclades.domain.services.builds import Builds


class BuildsUnit(UnitBase):
    """What builds need."""

    @cached_property
    def build_rows(self) -> SqlBuilds:
        """Orders that can be fetched."""
        return SqlBuilds(self.connection)

    @cached_property
    def builds(self) -> Builds:
        """Orders and their tickets."""
        settings = self.app.settings
        # A ticket outlives the time in which its effect may still be sent.
        ttl = max(settings.build_ticket_ttl, settings.effect_deadline)
        return Builds(self.build_rows, self.app.clock, self.app.ids, ttl)
