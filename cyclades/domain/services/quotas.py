"""Quotas: what projects may use, as they and administrators see it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cyclades.domain.model.errors import Forbidden, InvalidInput, NotFound
from cyclades.domain.model.events import Changed
from cyclades.domain.model.identity import Caller
from cyclades.domain.model.quota import CHANGEABLE, Amounts, Holding, too_small
from cyclades.ports.feed import Feed
from cyclades.ports.quota import QuotaLedger

# Which projects there are is the identity service's knowledge: only the form is checked.
PROJECT_ID = re.compile(r"[a-zA-Z0-9-]{1,64}")


@dataclass(frozen=True, slots=True)
class Quotas:
    """Projects read their own; administrators read and set anybody's."""

    ledger: QuotaLedger
    feed: Feed

    def holdings(
        self, caller: Caller, project_id: str, resources: Sequence[str]
    ) -> Mapping[str, Holding]:
        """Usage and limits. Raises Forbidden for another project's."""
        if project_id != caller.project_id and not caller.is_admin:
            raise Forbidden("Policy doesn't allow the quota of another project to be seen.")
        return self.ledger.holdings(project_id, resources)

    def defaults(self, resources: Sequence[str]) -> Mapping[str, int]:
        """Limits of projects that have none of their own."""
        return self.ledger.defaults(resources)

    def set_limits(self, project_id: str, limits: Amounts, *, force: bool) -> None:
        """Give a project limits of its own. Below what it uses only when forced.

        Raises InvalidInput, also for limits that are the same for all projects.
        """
        if not PROJECT_ID.fullmatch(project_id):
            raise NotFound("project", project_id[:64])
        general = self.ledger.defaults(list(limits))
        for name in limits.keys() - set(CHANGEABLE):
            if limits[name] != general[name]:
                raise InvalidInput(f"The limit of {name} is the same for all projects.", name)
        wanted = {name: limits[name] for name in limits if name in CHANGEABLE}
        if not force:
            self._refuse_tight(project_id, wanted)
        if wanted:
            self.ledger.set_limits(project_id, wanted)
            self._changed(project_id)

    def reset(self, project_id: str, resources: Sequence[str]) -> None:
        """Back to the defaults."""
        if self.ledger.reset_limits(project_id, resources):
            self._changed(project_id)

    def own_limits(self, resources: Sequence[str]) -> Mapping[str, Amounts]:
        """All limits of each project that has some of its own, by project id."""
        general = self.ledger.defaults(resources)
        own = self.ledger.own_limits(resources)
        return {project_id: {**general, **limits} for project_id, limits in own.items()}

    def _refuse_tight(self, project_id: str, limits: Amounts) -> None:
        tight = too_small(self.ledger.holdings(project_id, list(limits)), limits)
        if tight is not None:
            name = tight.resource
            raise InvalidInput(
                f"Quota limit {limits[name]} for {name} must be greater than or equal to "
                f"already used and reserved {tight.used}.",
                name,
            )

    def _changed(self, project_id: str) -> None:
        # Limits have no version: whoever hears of the change asks again.
        self.feed.publish(Changed("quota", project_id, 0, project_id))
