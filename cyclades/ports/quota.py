"""What projects use and may use: one authoritative book."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from cyclades.domain.model.quota import Amounts, Holding


class QuotaLedger(Protocol):
    """Charges are conditional updates in the caller's transaction: make them its last step."""

    def charge(self, project_id: str, amounts: Amounts) -> None:
        """Add to what the project uses. Raises OverQuota and changes nothing.

        Who loses a race over the last of a limit gets StaleVersion: the whole starts over.
        """
        ...

    def release(self, project_id: str, amounts: Amounts) -> None:
        """Give back; usage never falls below zero."""
        ...

    def holdings(self, project_id: str, resources: Sequence[str]) -> Mapping[str, Holding]:
        """Usage and limit of these resources, in one statement."""
        ...

    def set_limits(self, project_id: str, limits: Amounts) -> None:
        """Give the project its own limits."""
        ...

    def reset_limits(self, project_id: str, resources: Sequence[str]) -> bool:
        """Back to the installation's defaults; whether the project had limits of its own."""
        ...

    def defaults(self, resources: Sequence[str]) -> Mapping[str, int]:
        """The installation's default limits."""
        ...

    def own_limits(self, resources: Sequence[str]) -> Mapping[str, Amounts]:
        """The limits that projects have of their own for these, by project id in order."""
        ...
