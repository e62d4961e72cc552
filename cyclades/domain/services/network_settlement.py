"""What follows when a cluster has made a network, taken it away, or could not."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from cyclades.domain.model.job_errors import user_sentence
from cyclades.domain.model.network_cluster import (
    ABSENT,
    ACTIVE,
    COULD_NOT_BE_MADE,
    ERROR,
    MAKING,
    NetworkCluster,
)
from cyclades.domain.model.operation import Operation
from cyclades.domain.model.reports import JobOutcome, JobReport
from cyclades.ports.clock import Clock
from cyclades.ports.network_clusters import NetworkClusterRepository
from cyclades.ports.outbox import InFlight, Outbox

# What a cluster says when there is nothing left to do: that is all that was wanted.
ENOUGH: Final = {
    Operation.CREATE_NETWORK: "already_exists",
    Operation.CONNECT_NETWORK: "already_exists",
    Operation.DISCONNECT_NETWORK: "unknown_entity",
    Operation.REMOVE_NETWORK: "unknown_entity",
}
LONGEST: Final = 500  # characters of a cluster's own words


@dataclass(frozen=True, slots=True)
class NetworkSettlement:
    """`refuse` ends an effect that cannot happen without the network, in words for its user."""

    rows: NetworkClusterRepository
    outbox: Outbox
    clock: Clock

    def report(
        self, effect: InFlight, report: JobReport, refuse: Callable[[InFlight, str], None]
    ) -> None:
        """The effect's job has ended."""
        enough = report.error_code == ENOUGH[effect.operation]
        if report.outcome is JobOutcome.SUCCESS or enough:
            self.conclude(effect, None, refuse)
        else:
            said = report.message[:LONGEST] or user_sentence(report)
            self.conclude(effect, said, refuse)

    def conclude(
        self, effect: InFlight, failure: str | None, refuse: Callable[[InFlight, str], None]
    ) -> None:
        """The effect has ended; `failure` is for operators."""
        state = "done" if failure is None else "failed"
        self.outbox.finish(effect.effect_id, state, failure, self.clock.now())
        row = self.rows.lock_by_id(effect.subject)
        if row is None or row.version != effect.generation:
            return  # something else was asked for since
        if failure is not None:
            row = replace(row, trouble=f"{effect.operation}: {failure}")
        if row.effect_id == effect.effect_id:
            self._end(row, refuse)
        elif failure is not None:
            self.rows.save(row)

    def _end(self, row: NetworkCluster, refuse: Callable[[InFlight, str], None]) -> None:
        making = row.state == MAKING
        well = ACTIVE if making else ABSENT
        self.rows.save(
            replace(row, state=ERROR, effect_id=None)
            if row.trouble
            else replace(row, state=well, effect_id=None, groups=row.groups if making else ())
        )
        if row.trouble and making:
            for effect_id in self.rows.awaiting(row.network_id, row.cluster_id):
                waiting = self.outbox.lock(effect_id)
                if waiting is not None and waiting.unsent:
                    refuse(waiting, COULD_NOT_BE_MADE)
