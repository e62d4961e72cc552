"""What any Outbox does: order, one in flight, leases with fences, nothing secret left."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy import Connection, Engine

from cyclades.adapters.sql.clusters import SqlClusters
from cyclades.adapters.sql.outbox import SqlOutbox
from cyclades.adapters.sql.servers import SqlServers
from cyclades.domain.model.effects import (
    AttachNic,
    Command,
    DetachNic,
    Effect,
    GuestConfig,
    NicWanted,
    RemoveInstance,
    StartInstance,
)
from cyclades.domain.model.operation import Operation
from cyclades.domain.model.reports import JobRank
from cyclades.domain.model.server import Server
from cyclades.ports.outbox import Claim, Outbox
from tests.contracts.commands import COMMANDS, GUESTS
from tests.harness.samples import NOW, a_cluster, a_server, create_of, effect_of
from tests.harness.sealing import dumped, secrets

LEASE = timedelta(seconds=60)
SECRETS, CANARY = secrets(), "canary-7f3a"
GUEST = GuestConfig(CANARY, (f"ssh-ed25519 {CANARY}",), "web", CANARY, (("/etc/x", CANARY),))


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    """Two clusters; rolled back in the end."""
    with engine.connect() as opened:
        for name in ("one", "two"):
            SqlClusters(opened, SECRETS).add(a_cluster(name), NOW)
        yield opened


@pytest.fixture
def outbox(connection: Connection) -> Outbox:
    return SqlOutbox(connection, SECRETS)


Put = Callable[..., Effect]


@pytest.fixture
def put(connection: Connection, outbox: Outbox) -> Put:
    """Queues a command (made from the server) for a server, a new one by default."""

    def queue(
        command: Callable[[Server], Command] = create_of, server: Server | None = None, **more: Any
    ) -> Effect:
        if server is None:
            server = a_server(cluster_id=more.pop("cluster_id", "one"))
            SqlServers(connection).add(server)
        effect = effect_of(server, command(server), **more)
        outbox.put(effect, NOW)
        return effect

    return queue


@pytest.fixture
def server(connection: Connection) -> Server:
    made = a_server()
    SqlServers(connection).add(made)
    return made


def start(server: Server) -> Command:
    return StartInstance(server.instance)


def remove(server: Server) -> Command:
    return RemoveInstance(server.instance)


def claims(
    outbox: Outbox, at: float = 0, limit: int = 32, per_cluster: int = 100
) -> Sequence[Claim]:
    return outbox.claim(after(at), after(at) + LEASE, limit, per_cluster)


def ids(found: Sequence[Claim]) -> list[str]:
    return [claim.effect.id for claim in found]


def test_a_claim_brings_the_effect_as_it_was_put(outbox: Outbox, put: Put) -> None:
    effect = put(guest=GUEST)
    (claim,) = claims(outbox, 1)
    assert claim.effect == effect
    assert (claim.attempts, claim.uncertain, claim.created) == (1, False, NOW)


@given(command=COMMANDS, guest=GUESTS)
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_every_command_comes_out_as_it_went_in(
    outbox: Outbox, put: Put, command: Command, guest: GuestConfig
) -> None:
    secret = guest if command.operation is Operation.CREATE else GuestConfig()
    effect = put(lambda _: command, guest=secret)
    assert [claim.effect for claim in claims(outbox)] == [effect]


def test_a_servers_effects_go_one_at_a_time_and_in_order(
    outbox: Outbox, put: Put, server: Server
) -> None:
    first, second = put(create_of, server), put(remove, server)
    other = put()
    (one, two) = claims(outbox)
    assert ids([one, two]) == [first.id, other.id]
    assert claims(outbox) == []
    assert outbox.submitted(first.id, one.fence, 7)
    assert claims(outbox) == [], "a job is still one in flight"
    outbox.finish(first.id, "done", None, NOW)
    assert ids(claims(outbox)) == [second.id]


def test_a_batch_has_its_limit_and_the_oldest_come_first(outbox: Outbox, put: Put) -> None:
    made = [put().id for _ in range(5)]
    assert ids(claims(outbox, limit=2)) == made[:2]
    assert ids(claims(outbox, limit=2)) == made[2:4]


def test_a_cluster_has_only_so_many_in_flight(outbox: Outbox, put: Put) -> None:
    here = [put() for _ in range(4)]
    there = [put(cluster_id="two") for _ in range(2)]
    first = claims(outbox, per_cluster=3)
    assert ids(first) == [here[0].id, here[1].id, here[2].id, there[0].id, there[1].id]
    assert claims(outbox, per_cluster=3) == []
    outbox.submitted(here[0].id, first[0].fence, 1)
    assert claims(outbox, per_cluster=3) == [], "a job counts until it has ended"
    outbox.finish(here[0].id, "done", None, NOW)
    assert ids(claims(outbox, per_cluster=3)) == [here[3].id]


def test_a_full_cluster_does_not_hold_up_the_takeover_of_its_claims(
    outbox: Outbox, put: Put
) -> None:
    effect = put()
    claims(outbox, per_cluster=1)
    assert ids(claims(outbox, 61, per_cluster=1)) == [effect.id]


def test_a_lease_that_ended_is_taken_over_and_is_uncertain(outbox: Outbox, put: Put) -> None:
    effect = put(guest=GUEST)
    (old,) = claims(outbox)
    assert claims(outbox, 59) == []
    (new,) = claims(outbox, 61)
    assert new.fence > old.fence
    assert (new.uncertain, new.attempts, new.effect) == (True, 2, effect)
    assert not outbox.submitted(effect.id, old.fence, 1)
    assert not outbox.postpone(effect.id, old.fence, NOW, uncertain=False, error="late")
    assert outbox.submitted(effect.id, new.fence, 2)
    assert not outbox.submitted(effect.id, new.fence, 3), "once is enough"
    found = outbox.lock(effect.id)
    assert found is not None
    assert (found.job_id, found.state) == (2, "submitted")


@pytest.mark.parametrize("uncertain", [False, True])
def test_a_postponed_effect_waits_for_its_time(
    outbox: Outbox, put: Put, *, uncertain: bool
) -> None:
    effect = put()
    (claim,) = claims(outbox)
    assert outbox.postpone(effect.id, claim.fence, after(5), uncertain=uncertain, error="down")
    assert claims(outbox, 4.9) == []
    (again,) = claims(outbox, 5)
    assert (again.uncertain, again.attempts) == (uncertain, 2)


def test_only_what_surely_was_never_sent_is_cancelled(
    outbox: Outbox, put: Put, server: Server
) -> None:
    effect = put(create_of, server, guest=GUEST)
    behind = put(remove, server)
    untouched = put()
    (claim, other) = claims(outbox)
    assert dict(outbox.cancel_unsent(server.id, NOW)) == {behind.id: Operation.REMOVE}
    outbox.postpone(effect.id, claim.fence, NOW, uncertain=True, error="lost")
    assert outbox.cancel_unsent(server.id, NOW) == {}
    (claim,) = claims(outbox)
    outbox.postpone(effect.id, claim.fence, NOW, uncertain=False, error="down")
    assert dict(outbox.cancel_unsent(server.id, NOW)) == {effect.id: Operation.CREATE}
    assert claims(outbox) == []
    assert outbox.lock(effect.id) is None
    assert other.effect.id == untouched.id


def test_a_job_that_was_seen_first_makes_the_submitter_late(outbox: Outbox, put: Put) -> None:
    effect = put(guest=GUEST)
    (claim,) = claims(outbox)
    outbox.advance(effect.id, 9, JobRank.RUNNING)
    assert not outbox.submitted(effect.id, claim.fence, 9)
    found = outbox.lock(effect.id)
    assert found is not None
    assert (found.job_id, found.job_rank, found.state) == (9, JobRank.RUNNING, "submitted")


def test_in_flight_is_what_is_not_finished(outbox: Outbox, put: Put) -> None:
    first, second, third = put(), put(purpose="cleanup"), put(cluster_id="two")
    outbox.finish(first.id, "failed", "No.", NOW)
    (left,) = outbox.in_flight("one")
    assert left.effect_id == second.id
    assert (left.server_id, left.operation) == (second.server_id, Operation.CREATE)
    assert asdict(second.command)["instance"] == left.instance
    assert (left.generation, left.request_id) == (second.generation, second.request_id)
    assert (left.purpose, left.state, left.job_id, left.job_rank) == ("cleanup", "queued", None, -1)
    assert [found.effect_id for found in outbox.in_flight("two")] == [third.id]
    assert set(outbox.unfinished([first.id, second.id, "unknown"])) == {second.id}
    assert not outbox.unfinished([])
    assert outbox.lock("unknown") is None


def test_what_is_in_flight_says_which_interface_it_is_about(outbox: Outbox, put: Put) -> None:
    nic = NicWanted("nic-1", "aa:00:00:00:00:01", "br0")
    put(lambda server: AttachNic(server.instance, nic))
    put(lambda server: DetachNic(server.instance, "nic-2", "aa:00:00:00:00:02"))
    put(start)
    assert [(found.nic, found.mac[-1:]) for found in outbox.in_flight("one")] == [
        ("nic-1", "1"),
        ("nic-2", "2"),
        ("", ""),
    ]


def test_what_is_late_is_found_once_and_stays_in_flight(outbox: Outbox, put: Put) -> None:
    create, stop = put(), put(start)
    assert outbox.late({Operation.CREATE: NOW, Operation.START: after(1)}, 9) == [stop.id]
    limits = dict.fromkeys(Operation, after(1))
    assert outbox.late(limits, 1) == [create.id]
    assert ids(claims(outbox, per_cluster=1)) == [create.id]
    outbox.mark_overdue(create.id)
    assert outbox.late(limits, 9) == [stop.id]
    (found,) = outbox.overdue()
    assert (found.effect_id, found.unsent, found.created) == (create.id, False, NOW)
    assert ids(claims(outbox, per_cluster=1)) == [stop.id], "it does not count any more"


Forget = Callable[[Outbox, Claim], object]


@pytest.mark.parametrize(
    "forget",
    [
        lambda outbox, claim: outbox.submitted(claim.effect.id, claim.fence, 1),
        lambda outbox, claim: outbox.advance(claim.effect.id, 1, JobRank.QUEUED),
        lambda outbox, claim: outbox.finish(claim.effect.id, "failed", "No.", NOW),
    ],
    ids=["submitted", "seen", "finished"],
)
def test_what_goes_into_the_guest_is_sealed_and_then_forgotten(
    connection: Connection, outbox: Outbox, put: Put, forget: Forget
) -> None:
    before = sealed_in(connection)
    put(guest=GUEST)
    assert sealed_in(connection) == before + 1
    (claim,) = claims(outbox)
    assert claim.effect.guest == GUEST
    forget(outbox, claim)
    assert sealed_in(connection) == before, "not even sealed"


def sealed_in(connection: Connection) -> int:
    """How many sealed values there are; what they seal is nowhere in clear."""
    rows = dumped(connection)
    assert CANARY not in rows
    return rows.count("gAAAA")


def test_a_cancelled_effect_forgets_too(connection: Connection, outbox: Outbox, put: Put) -> None:
    before = sealed_in(connection)
    effect = put(guest=GUEST)
    outbox.cancel_unsent(effect.server_id, NOW)
    assert sealed_in(connection) == before
