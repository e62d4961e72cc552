"""The driver of one cluster: the only way to a Ganeti, real or simulated.

Calls block; they are never made inside a database transaction. Every answer from
outside is untrusted: drivers bound its size, check its shape and never let its text
reach a user as it is.
"""

from collections.abc import Collection, Sequence
from typing import Protocol

from cyclades.domain.model.cluster import Capacity, ClusterConnection, ClusterIdentity
from cyclades.domain.model.effects import Effect
from cyclades.domain.model.errors import Unavailable
from cyclades.domain.model.reports import InstanceReport, JobReport, NetworkReport
from cyclades.ports.clock import Clock
from cyclades.ports.documents import Documents


class ClusterUnavailable(Unavailable):
    """Nothing was sent: the cluster cannot be reached, or its breaker is open."""


class AuthenticationFailed(ClusterUnavailable):
    """The cluster refused our credentials; do not try again soon."""


class IdentityMismatch(ClusterUnavailable):
    """The certificate or the cluster's UUID is not the one registered; nothing was sent."""


class SubmissionAmbiguous(Unavailable):
    """The request was sent and its answer lost: the job may exist. Ask `find` before anything."""


class SubmissionRefused(Exception):
    """The cluster said no, definitely (HTTP 4xx): no job exists. `str()` is for operators."""


class ClusterDriver(Protocol):
    """One cluster. Instances safe to share between threads."""

    def identity(self) -> ClusterIdentity:
        """Who answers.

        Raises ClusterUnavailable. Source: RAPI `GET /2/info`.
        """
        ...

    def capacity(self) -> Capacity:
        """Sums over nodes that are not drained, not offline and vm_capable.

        Raises ClusterUnavailable. Source: RAPI `GET /2/nodes?bulk=1` and `GET /2/groups`.
        """
        ...

    def submit(self, effect: Effect) -> int:
        """Submit the effect as one job, carrying its id and request id in the reason.

        Returns the job id. Raises ClusterUnavailable (surely not sent), SubmissionAmbiguous
        (perhaps sent), SubmissionRefused (surely no job). Submitting the same effect twice
        makes two jobs: callers ask `find` first whenever a submission may have happened.
        """
        ...

    def find(self, effect_id: str) -> int | None:
        """The id of the newest job that carries this effect's id, or None if there surely is none.

        Looks at live jobs and, when those do not have it, at archived ones as far as the cluster
        can tell. Raises ClusterUnavailable when it cannot know.
        """
        ...

    def job(self, job_id: int) -> JobReport | None:
        """The job, archived or not; None when the cluster positively does not know it."""
        ...

    def jobs_of(self, ids: Collection[int]) -> Sequence[JobReport]:
        """These jobs, archived or not, by id, without those that the cluster does not know."""
        ...

    def jobs(self, since: int = 0) -> Sequence[JobReport]:
        """Live (not archived) jobs with an id above `since`, by id, one report per job."""
        ...

    def instances(self) -> Sequence[InstanceReport]:
        """All instances of the cluster, ours or not. Expensive: asks every node."""
        ...

    def instance(self, name: str) -> InstanceReport | None:
        """One instance; None only on a positive "not known" (HTTP 404) from the right cluster."""
        ...

    def networks(self) -> Sequence[NetworkReport]:
        """All networks of the cluster, ours or not. Source: RAPI `GET /2/networks?bulk=1`."""
        ...

    def cancel(self, job_id: int) -> bool:
        """Cancel a job that has not started; False when it is too late."""
        ...

    def close(self) -> None:
        """Release connections."""
        ...


class ClusterDriverFactory(Protocol):
    """What an entry point of group `cyclades.cluster_driver` is."""

    def __call__(
        self,
        connection: ClusterConnection,
        expected_uuid: str | None,
        *,
        clock: Clock,
        documents: Documents,
    ) -> ClusterDriver:
        """A driver for this connection. With `expected_uuid`, any other cluster is refused.

        `clock` and `documents` are what the process lends to drivers. Raises InvalidInput
        for options the driver does not know; nothing is sent yet.
        """
        ...
