"""The driver of a real Ganeti cluster, over RAPI."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any, Final, TypeVar

from cyclades.adapters.ganeti import reports
from cyclades.adapters.ganeti.errors import AnswerLost, NotKnown, Refused
from cyclades.adapters.ganeti.opcodes import Options, call_of, grow_disk, instance_path
from cyclades.adapters.ganeti.parsing import number, rows, table
from cyclades.adapters.ganeti.rapi import Call, Rapi
from cyclades.adapters.ganeti.search import PAGE, find_job, query
from cyclades.adapters.ganeti.transport import Limits
from cyclades.domain.model.cluster import Capacity, ClusterConnection, ClusterIdentity
from cyclades.domain.model.disk_commands import GrowDisk
from cyclades.domain.model.effects import Command, DetachNic, Effect, ModifyNic
from cyclades.domain.model.reports import InstanceReport, JobRank, JobReport, NetworkReport
from cyclades.ports.build_desk import NodeMeans
from cyclades.ports.clock import Clock
from cyclades.ports.cluster_driver import (
    ClusterDriver,
    ClusterUnavailable,
    IdentityMismatch,
    SubmissionAmbiguous,
    SubmissionRefused,
)
from cyclades.ports.documents import Documents

Result = TypeVar("Result")
# How long we believe in who answered, in seconds; before a submission, hardly at all.
IDENTITY_LASTS: Final = 10.0
IDENTITY_OF_SUBMISSION_LASTS: Final = 1.0


class GanetiDriver(ClusterDriver):
    """One cluster; make one per process and cluster, for the limit on calls is in it."""

    def __init__(
        self,
        connection: ClusterConnection,
        expected_uuid: str | None,
        clock: Clock,
        limits: Limits | None = None,
    ) -> None:
        """Raises InvalidInput for a connection that cannot be used; sends nothing."""
        self._cluster_id = connection.id
        self._expected_uuid = expected_uuid
        self._options = Options.parse(connection.options)
        self._rapi = Rapi(connection, clock, limits)
        self._clock = clock
        self._vetted: float | None = None  # when we last saw who answers

    def identity(self) -> ClusterIdentity:
        self._vetted = None
        identity = self._rapi.locate(Call("GET", "/2/info"), self._vet)
        self._vetted = self._clock.monotonic()
        return identity

    def capacity(self) -> Capacity:
        nodes = self._read(Call("GET", "/2/nodes", query={"bulk": "1"}))
        return reports.capacity(nodes, self._ask(Call("GET", "/2/groups")))

    def submit(self, effect: Effect) -> int:
        self._check_identity(IDENTITY_OF_SUBMISSION_LASTS)
        try:
            return number(self._call(self._call_of(effect)))
        except AnswerLost as error:
            raise SubmissionAmbiguous(str(error)) from error
        except (NotKnown, Refused) as error:
            raise SubmissionRefused(str(error)) from error

    def find(self, effect_id: str) -> int | None:
        self._check_identity()
        return self._surely(find_job(self._ask, effect_id))

    def job(self, job_id: int) -> JobReport | None:
        found = self.jobs_of([job_id])
        return found[0] if found else self._surely(None)

    def jobs_of(self, ids: Collection[int]) -> Sequence[JobReport]:
        self._check_identity()
        wanted, found = sorted(set(ids)), dict[int, JobReport]()
        for start in range(0, len(wanted), PAGE):
            page = wanted[start : start + PAGE]
            condition = ["|", *(["=", "id", job_id] for job_id in page)]
            for row in query(self._ask, list(reports.JOB_FIELDS), condition):
                if row.get("id") in page and "status" in row:
                    found[row["id"]] = self._told(reports.job_report(self._cluster_id, row))
        return [found[job_id] for job_id in wanted if job_id in found]

    def jobs(self, since: int = 0) -> Sequence[JobReport]:
        body = {"fields": reports.JOB_FIELDS, "qfilter": [">", "id", since]}
        answer = self._read(Call("PUT", "/2/query/job", body))
        return [self._told(job) for job in reports.job_reports(self._cluster_id, answer)]

    def instances(self) -> Sequence[InstanceReport]:
        answer = self._read(Call("GET", "/2/instances", query={"bulk": "1"}))
        return [reports.instance_report(self._cluster_id, item) for item in rows(answer)]

    def instance(self, name: str) -> InstanceReport | None:
        self._check_identity()
        try:
            answer = self._call(Call("GET", instance_path(name)))
        except NotKnown:
            return self._surely(None)
        except Refused as error:
            raise AnswerLost("The cluster refuses to show an instance.") from error
        return reports.instance_report(self._cluster_id, answer)

    def networks(self) -> Sequence[NetworkReport]:
        answer = self._read(Call("GET", "/2/networks", query={"bulk": "1"}))
        return [reports.network_report(self._cluster_id, item) for item in rows(answer)]

    def cancel(self, job_id: int) -> bool:
        """Ask first: RAPI answers for a running job only when that job has ended."""
        report = self.job(job_id)
        if report is None or report.rank >= JobRank.RUNNING:
            return False
        answer = rows(self._read(Call("DELETE", f"/2/jobs/{job_id}")))
        return bool(answer) and answer[0] is True

    def close(self) -> None:
        """Nothing stays open between calls."""

    def _call_of(self, effect: Effect) -> Call:
        """What makes its job; parts of the instance are looked up where Ganeti wants it so."""
        command = effect.command
        if not isinstance(command, GrowDisk):
            known = replace(effect, command=self._as_named_there(command))
            return call_of(known, self._options)
        about = table(self._call(Call("GET", instance_path(command.instance))))
        names = rows(about.get("disk.names"))
        if command.name not in names:
            raise NotKnown("The instance has no disk of this name.")
        return grow_disk(command, names.index(command.name), effect)

    def _told(self, report: JobReport) -> JobReport:
        """With the names of the disks that it says the places of."""
        if not report.disks or report.instance is None:
            return report
        try:
            about = table(self._call(Call("GET", instance_path(report.instance))))
        except (NotKnown, Refused):
            return replace(report, disks=())  # the instance has gone meanwhile
        return replace(report, disks=reports.named(report.disks, rows(about.get("disk.names"))))

    def _as_named_there(self, command: Command) -> Command:
        """The command with the interface's UUID when it has another name than ours."""
        if not isinstance(command, DetachNic | ModifyNic) or not command.mac:
            return command
        try:
            about = table(self._call(Call("GET", instance_path(command.instance))))
        except NotKnown:
            return command
        there = list(reports.columns(about, "nic.names", "nic.macs", "nic.uuids"))
        if any(name == command.name for name, _, _ in there):
            return command
        found = (uuid for _, mac, uuid in there if str(mac).lower() == command.mac)
        return replace(command, name=next(found, command.name))

    def _read(self, call: Call) -> Any:
        """A call of the right cluster that is not about one object."""
        self._check_identity()
        return self._ask(call)

    def _ask(self, call: Call) -> Any:
        """A call that cannot be refused, if Ganeti is what we think it is."""
        try:
            return self._call(call)
        except (NotKnown, Refused) as error:
            raise AnswerLost("The cluster does not know this call.") from error

    def _call(self, call: Call) -> Any:
        """Send, and look who answers again after any failure."""
        try:
            return self._rapi.send(call)
        except ClusterUnavailable:
            self._vetted = None
            raise

    def _vet(self, data: object) -> ClusterIdentity:
        """Who answered, if it is who should. Raises IdentityMismatch, AnswerLost."""
        identity = reports.identity(data)
        if self._expected_uuid not in {None, identity.uuid}:
            raise IdentityMismatch("Another cluster answers.")
        return identity

    def _check_identity(self, lasts: float = IDENTITY_LASTS) -> None:
        """See that the right cluster answers, now and then. Raises ClusterUnavailable."""
        if self._expected_uuid is None:
            return
        vetted = self._vetted
        if vetted is None or self._clock.monotonic() - vetted >= lasts:
            self.identity()

    def _surely(self, found: Result) -> Result:
        """A "not known" counts only if the right cluster still answers after it."""
        if found is None:
            self._check_identity(lasts=0)
        return found


def make(
    connection: ClusterConnection,
    expected_uuid: str | None,
    *,
    clock: Clock,
    documents: Documents,  # noqa: ARG001 - a real cluster keeps its own
    nodes: NodeMeans | None = None,  # noqa: ARG001 - and has nodes
) -> GanetiDriver:
    """The entry point `ganeti`. Options: see `Options`."""
    return GanetiDriver(connection, expected_uuid, clock)
