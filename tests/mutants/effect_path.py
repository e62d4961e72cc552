"""E1 to E12: weaknesses on the way from a request to a cluster's job."""

from tests.mutants.mutant import Mutant

EFFECTS = "cyclades/workers/effects.py"
OUTBOX = "cyclades/adapters/sql/outbox.py"
SUBMISSION = "cyclades/domain/services/effect_submission.py"
CREATION = "cyclades/domain/services/server_creation.py"
TRANSPORT = "cyclades/adapters/ganeti/transport.py"
TEST_SUBMISSION = "tests/services/test_effect_submission.py"
TEST_HOSTILE = "tests/adapters/ganeti/test_hostile_answers.py"
STORIES = "tests/stateful/test_regressions.py"
TEST_CALLS = "tests/workers/test_outside_calls.py"

MUTANTS = (
    Mutant(
        "E1",
        "A job is submitted while a transaction is open.",
        EFFECTS,
        """            outcome = attempt(
                app.drivers.of(claim.effect.cluster_id),
                claim,
                lambda: app.clock.monotonic() - started < soon,
            )
""",
        """            with app.transaction():
                outcome = attempt(
                    app.drivers.of(claim.effect.cluster_id),
                    claim,
                    lambda: app.clock.monotonic() - started < soon,
                )
""",
        (f"{TEST_CALLS}::test_the_effects_worker_asks_clusters_outside_of_transactions",),
    ),
    Mutant(
        "E1",
        "A submission is not remembered before it is made: a crash after it is forgotten.",
        OUTBOX,
        """                    attempts=effects.c.attempts + 1,
                    uncertain=True,
""",
        """                    attempts=effects.c.attempts + 1,
""",
        (
            "tests/contracts/test_outbox.py::test_a_lease_that_ended_is_taken_over_and_is_uncertain",
            f"{STORIES}::test_a_worker_that_dies_with_its_answer",
        ),
    ),
    Mutant(
        "E2",
        "A cluster that answers ever so slowly is waited for to the end.",
        TRANSPORT,
        "        deadline = time.monotonic() + self._limits.total\n",
        "        deadline = time.monotonic() + 1000 * self._limits.total\n",
        (f"{TEST_HOSTILE}::test_a_bad_answer_is_no_answer",),
    ),
    Mutant(
        "E3",
        "Any certificate will do.",
        TRANSPORT,
        "        if self._fingerprint and presented != self._fingerprint:\n",
        "        if not presented:\n",
        (f"{TEST_HOSTILE}::test_nothing_is_sent_to_another_certificate",),
    ),
    Mutant(
        "E3",
        "A name that the certificate does not have will do.",
        TRANSPORT,
        "        if self._fingerprint:  # the very",
        "        if True:  # the very",
        (f"{TEST_HOSTILE}::test_a_ca_vouches_for_a_host_name",),
    ),
    Mutant(
        "E4",
        "A server is committed before it is charged and asked for.",
        CREATION,
        """            self.servers.add(server)
""",
        """            self.servers.add(server)
            self.servers._connection.exec_driver_sql("COMMIT")
            self.servers._connection.exec_driver_sql("BEGIN IMMEDIATE")
""",
        (f"{STORIES}::test_who_asks_for_too_much_leaves_nothing_behind",),
    ),
    Mutant(
        "E4",
        "A server is recorded, and what is to be done for it is not.",
        CREATION,
        """        now = server.created
        self.outbox.put(effect, now)
""",
        """        now = server.created
""",
        ("tests/workers/test_paths.py::test_a_servers_life",),
    ),
    Mutant(
        "E5",
        "An answer that was lost counts as a no.",
        SUBMISSION,
        "    SubmissionAmbiguous: lambda _, error: Outcome(uncertain=True, error=str(error)),\n",
        "    SubmissionAmbiguous: lambda _, error: Outcome(refused=REFUSED, error=str(error)),\n",
        (f"{TEST_SUBMISSION}::test_a_lost_exchange_is_cleared_up_before_anything_is_sent_again",),
    ),
    Mutant(
        "E6",
        "A removal may overtake the creation.",
        OUTBOX,
        "_KNOWN, _DUE, _FIRST",
        "_KNOWN, _DUE",
        (
            "tests/contracts/test_outbox.py::test_a_servers_effects_go_one_at_a_time_and_in_order",
            "tests/workers/test_paths.py::test_a_server_can_be_deleted_at_any_time",
        ),
    ),
    Mutant(
        "E7",
        "What may have been sent is sent again without a look.",
        SUBMISSION,
        "        if claim.uncertain:\n",
        "        if claim.uncertain and not claim.attempts:\n",
        (f"{TEST_SUBMISSION}::test_a_lost_exchange_is_cleared_up_before_anything_is_sent_again",),
    ),
    Mutant(
        "E7",
        "A job does not say which effect it is.",
        "cyclades/domain/model/job_reasons.py",
        'return f"cyc:{effect.id} req:{effect.request_id}"',
        'return f"req:{effect.request_id}"',
        ("tests/model/test_job_reports.py", "tests/workers/test_paths.py::test_a_servers_life"),
    ),
    Mutant(
        "E7",
        "A request that comes again is done again.",
        "cyclades/web/idempotency.py",
        "        if not records.claim(*who):\n",
        "        if not records.claim(*who[:-1], f'{key} {id(request)}'):\n",
        ("tests/web/test_idempotency_key.py::test_the_first_answer_is_given_again",),
    ),
    Mutant(
        "E8",
        "Quota is charged after the commit, by whoever lives to do it.",
        "cyclades/bootstrap/unit_base.py",
        "        return SqlQuota(self.connection, self.app.quota_defaults)\n",
        """        ledger = SqlQuota(self.connection, self.app.quota_defaults)
        ledger.charge = lambda *what: self.after_commit(
            lambda: self.app.atomically(lambda unit: SqlQuota.charge(unit.quota, *what))
        )
        return ledger
""",
        (f"{STORIES}::test_who_asks_for_too_much_leaves_nothing_behind",),
    ),
    Mutant(
        "E9",
        "Quota is given back when somebody gets round to it.",
        "cyclades/domain/services/server_settlement.py",
        "        self.quota.release(server.project_id, server.usage)\n",
        "",
        ("tests/workers/test_paths.py::test_a_servers_life",),
    ),
    Mutant(
        "E10",
        "An address is taken whoever has it.",
        "cyclades/adapters/sql/addresses.py",
        """    addresses.c.address == bindparam("wanted"), addresses.c.port_id.is_(None)
""",
        """    addresses.c.address == bindparam("wanted")
""",
        ("tests/contracts/test_addresses.py::test_an_exact_one_belongs_to_one_port",),
    ),
    Mutant(
        "E10",
        "The next address is any of the pool's, free or not.",
        "cyclades/adapters/sql/addresses.py",
        """        addresses.c.subnet_id == bindparam("subnet"),
        addresses.c.port_id.is_(None),
""",
        """        addresses.c.subnet_id == bindparam("subnet"),
""",
        ("tests/contracts/test_addresses.py::test_the_lowest_free_one_until_none_is_left",),
    ),
    Mutant(
        "E10",
        "Addresses are free again while their server still stands.",
        "cyclades/domain/services/server_actions.py",
        "        now = self.clock.now()\n        cancelled = self.outbox.cancel_unsent",
        "        self.settlement.ports.release(server.id)\n"
        "        now = self.clock.now()\n        cancelled = self.outbox.cancel_unsent",
        (f"{STORIES}::test_an_address_is_kept_until_its_server_is_gone",),
    ),
    Mutant(
        "E11",
        "Whoever loses a race in the database is told so.",
        "cyclades/bootstrap/application.py",
        "            except (StaleVersion, Collision):\n",
        "            except ZeroDivisionError:\n",
        (f"{STORIES}::test_who_loses_a_race_tries_again",),
    ),
    Mutant(
        "E12",
        "Two threads that ask at once have two ways to one cluster.",
        "cyclades/bootstrap/drivers.py",
        """        with self._lock:
            now = self._app.clock.monotonic()
""",
        """        if True:
            now = self._app.clock.monotonic()
""",
        (f"{TEST_CALLS}::test_a_cluster_has_one_driver_in_a_process",),
    ),
    Mutant(
        "E12",
        "A process that runs goes on with the old credentials.",
        "cyclades/bootstrap/drivers.py",
        "                if cluster.connection != connection:\n",
        "                if cluster_id not in self._made:\n",
        (f"{TEST_CALLS}::test_new_credentials_are_noticed",),
    ),
)
