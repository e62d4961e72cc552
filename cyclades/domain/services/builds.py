"""Build orders, and the tickets by which the OS definition fetches them."""

import hmac
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from cyclades.domain.model.build import Build, BuildOrders
from cyclades.domain.model.errors import NotFound
from cyclades.domain.services.node_keys import digest_of
from cyclades.ports.builds import BuildRepository
from cyclades.ports.clock import Clock
from cyclades.ports.ids import Ids


@dataclass(frozen=True, slots=True)
class Builds:
    """A ticket is good for its effect's job, retried or not, in its cluster; `ttl` in seconds.

    What it opens is gone as soon as the effect has ended.
    """

    repository: BuildRepository
    clock: Clock
    ids: Ids
    ttl: float

    def order(self, effect_id: str, cluster_id: str, instance: str, orders: BuildOrders) -> str:
        """Keep the orders of an effect that is put in this transaction; the ticket.

        It goes into the effect's GuestConfig and nowhere else: only its digest is kept.
        """
        ticket, now = self.ids.token(), self.clock.now()
        self.repository.add(
            Build(effect_id, cluster_id, instance, digest_of(ticket), orders, self._until(), now)
        )
        return ticket

    def sent(self, effect_ids: Collection[str]) -> None:
        """These effects are about to be sent: a ticket's time begins when its job may.

        Before that it waited with its effect: for others, or for a cluster that was away.
        """
        self.repository.extend(effect_ids, self._until())

    def _until(self) -> datetime:
        return self.clock.now() + timedelta(seconds=self.ttl)

    def end(self, effect_id: str) -> None:
        """The effect has ended: its ticket opens nothing any more."""
        self.repository.end(effect_id)

    def of(self, ticket: str, cluster_id: str) -> Build:
        """What a node of this cluster may fetch with the ticket.

        Raises NotFound, alike for a ticket that is unknown, used up, expired or another's.
        """
        digest = digest_of(ticket)
        build = self.repository.by_ticket(cluster_id, digest)
        known = build is not None and hmac.compare_digest(build.ticket_hash, digest)
        if build is None or not known or build.expires <= self.clock.now():
            raise NotFound("build", "of this ticket")
        return build
