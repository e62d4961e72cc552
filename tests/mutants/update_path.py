"""U1 to U15: weaknesses on the way from a cluster to what users see."""

from tests.mutants.mutant import Mutant

UPDATES = "cyclades/domain/services/cluster_updates.py"
POLL = "cyclades/domain/services/cluster_poll.py"
AUDIT = "cyclades/domain/services/cluster_audit.py"
WORKER = "cyclades/workers/updates.py"
NODE = "config/ganeti/cyclades_node/broker.py"
TEST_PUBLISHING = "tests/nodes/test_publishing.py"
TEST_UPDATES = "tests/services/test_cluster_updates.py"
TEST_PATHS = "tests/workers/test_paths.py"
TEST_CALLS = "tests/workers/test_outside_calls.py"

MUTANTS = (
    Mutant(
        "U1",
        "Who was not there when a job ended never learns it.",
        POLL,
        """            if effect is not None and job.rank > effect.job_rank:
                yield job
""",
        """            if effect is not None and job.rank > effect.job_rank:
                if job.rank is not JobRank.FINAL or job.job_id in self.memory.open_jobs:
                    yield job
""",
        ("tests/stateful/test_regressions.py::test_an_end_that_nobody_saw",),
    ),
    Mutant(
        "U2",
        "What was seen before the last change counts after it.",
        UPDATES,
        """        if server is None or not server.quiet or server.version != report.server_version:
            return False
        before = server.usage
        if not server.observe(report):
""",
        """        if server is None or not server.quiet:
            return False
        before = server.usage
        if not server.observe(report):
""",
        (f"{TEST_UPDATES}::test_a_sight_counts_for_the_version_that_it_was_made_for",),
    ),
    Mutant(
        "U3",
        "A message over which we stumble is thrown away without a word.",
        WORKER,
        "                channel.give_back([item.delivery])\n",
        "                channel.settle([item.delivery])\n",
        ("tests/workers/test_updates.py::test_a_hint_that_we_stumble_over_holds_up_no_other",),
    ),
    Mutant(
        "U4",
        'A canceled job is "cancelled".',
        "cyclades/adapters/ganeti/reports.py",
        '    "canceled": (JobRank.FINAL, JobOutcome.CANCELED),\n',
        '    "cancelled": (JobRank.FINAL, JobOutcome.CANCELED),\n',
        ("tests/adapters/ganeti/test_reading.py::test_job_statuses",),
    ),
    Mutant(
        "U5",
        "Jobs that are over come back, from an old master, and count again.",
        "cyclades/adapters/sql/outbox.py",
        '    .where(effects.c.id == bindparam("effect"), effects.c.finished.is_(None))\n',
        '    .where(effects.c.id == bindparam("effect"))\n',
        ("tests/stateful/test_regressions.py::test_a_job_that_comes_up_after_all_was_over",),
    ),
    Mutant(
        "U6",
        "A message that no queue takes counts as sent.",
        NODE,
        "            mandatory=True,\n",
        "            mandatory=False,\n",
        (f"{TEST_PUBLISHING}::test_a_message_that_no_queue_takes_is_kept",),
    ),
    Mutant(
        "U6",
        "Messages count as sent before the broker says that it has them.",
        NODE,
        """        while not {"basic_ack", "basic_nack"} & set(self._settled):
""",
        """        while self._blocked:
""",
        (f"{TEST_PUBLISHING}::test_a_message_that_no_queue_takes_is_kept",),
    ),
    Mutant(
        "U7",
        "A report counts when its time is later than the last one's.",
        UPDATES,
        "        server = self.servers.by_id(effect.server_id)\n"
        "        if report.rank is JobRank.FINAL:\n",
        "        server = self.servers.by_id(effect.server_id)\n"
        "        if self.clock.now() <= server.updated:\n"
        "            return False\n"
        "        if report.rank is JobRank.FINAL:\n",
        (f"{TEST_UPDATES}::test_a_job_that_succeeds_makes_the_server_active",),
    ),
    Mutant(
        "U8",
        "How far a job was seen does not matter.",
        UPDATES,
        "        if effect.job_id not in {None, report.job_id} or report.rank <= effect.job_rank:",
        "        if effect.job_id not in {None, report.job_id}:",
        (f"{TEST_UPDATES}::test_repeated_and_reordered_reports_never_turn_back",),
    ),
    Mutant(
        "U8",
        "Another job with the same effect counts too.",
        UPDATES,
        "        if effect.job_id not in {None, report.job_id} or report.rank <= effect.job_rank:",
        "        if report.rank <= effect.job_rank:",
        (f"{TEST_UPDATES}::test_another_job_with_the_same_effect_is_not_believed",),
    ),
    Mutant(
        "U9",
        "While the database is away, messages are given up one by one.",
        WORKER,
        "DATABASE = (OperationalError, InterfaceError, InternalError, PoolTimeout, ",
        "DATABASE = (InterfaceError, InternalError, PoolTimeout, ",
        ("tests/workers/test_updates.py::test_hints_outlive_the_databases_absence",),
    ),
    Mutant(
        "U10",
        "A size that is no flavor's is an error.",
        "cyclades/domain/model/server.py",
        "        self.vcpus, self.ram = seen.vcpus, seen.memory_mib\n",
        "        if (seen.vcpus, seen.memory_mib) != (self.flavor['vcpus'], self.flavor['ram']):\n"
        "            raise LookupError\n",
        (f"{TEST_UPDATES}::test_an_administrators_resize_is_booked_beyond_any_limit",),
    ),
    Mutant(
        "U11",
        "Clusters are read in the middle of the transactions that change servers.",
        "cyclades/workers/reports.py",
        """    for report in reports:
        applied += app.atomically(partial(applied_in, report))
        reached("applied")
""",
        """    with app.transaction() as unit:
        for report in reports:
            applied += applied_in(report, unit)
            reached("applied")
""",
        (f"{TEST_CALLS}::test_the_poller_reads_clusters_outside_of_transactions",),
    ),
    Mutant(
        "U12",
        "Interfaces that nobody knows are passed over.",
        "cyclades/domain/services/instance_checks.py",
        '        ("has besides", extra),\n',
        "",
        ("tests/services/test_cluster_audit.py::test_an_interface_too_many_is_for_operators",),
    ),
    Mutant(
        "U13",
        "An instance of a deleted server is nobody's business.",
        POLL,
        "            if name and ours and self._is_news(job) and name not in watched:\n",
        "            if name and ours and self._is_news(job) and name in watched:\n",
        (f"{TEST_PATHS}::test_a_request_that_arrives_after_everything_is_undone",),
    ),
    Mutant(
        "U14",
        "An audit waits a while instead of asking whether anything has changed.",
        AUDIT,
        "        same = self.before.get(server.instance) == server\n",
        "        same = server.instance in self.before\n",
        ("tests/services/test_audit_races.py",),
    ),
)
