"""Effects that fail whenever they are tried: they are given up, and nobody waits for them."""

import itertools

import pytest
from sqlalchemy import text

from cyclades.domain.model.crashes import TRIES, UNDOABLE
from cyclades.domain.model.effects import Effect
from cyclades.domain.model.server_actions import Action
from tests.harness.cloud import Cloud
from tests.harness.reliability import Recorder
from tests.workers.invariants import violations

pytestmark = pytest.mark.fault(17)

SPOIL = "UPDATE effects SET {} = :rubbish WHERE server_id = :id AND finished IS NULL"


class Poison(RuntimeError):
    """Nobody foresaw it."""


def others_go_on(cloud: Cloud, converged: Recorder) -> None:
    """New servers come up as if nothing were wrong."""
    made, began = [cloud.create() for _ in range(3)], cloud.clock.passed
    while any(cloud.server(server).status != "ACTIVE" for server in made):
        assert cloud.clock.passed - began < 60
        cloud.pass_time(1)
    converged(17, cloud.clock.passed - began)


@pytest.mark.parametrize("act", [Action.STOP, None], ids=["stop", "create"])
def test_an_error_each_time(
    each_cloud: Cloud, converged: Recorder, monkeypatch: pytest.MonkeyPatch, act: Action | None
) -> None:
    cloud = each_cloud
    victim = cloud.running() if act else cloud.create()
    request = cloud.act(victim, act) if act else "req-1"
    submit, tries = cloud.cluster().submit, []

    def poisoned(effect: Effect) -> int:
        if effect.server_id == victim and effect.purpose != "cleanup":
            tries.append(cloud.clock.passed)
            raise Poison
        return submit(effect)

    monkeypatch.setattr(cloud.cluster(), "submit", poisoned)
    others_go_on(cloud, converged)
    cloud.converge(1200)
    pauses = [later - sooner for sooner, later in itertools.pairwise(tries)]
    assert len(tries) == TRIES
    assert pauses == sorted(pauses)
    assert pauses[-1] > 2 * pauses[0]
    assert cloud.outcome(victim, request) == ("Error", UNDOABLE)
    assert cloud.server(victim).status == ("ACTIVE" if act else "ERROR")
    assert violations(cloud.app) == []


@pytest.mark.parametrize(
    ("column", "rubbish"), [("guest", b"rubbish"), ("command", "rubbish"), ("command", "{}")]
)
def test_a_row_that_cannot_be_read(
    each_cloud: Cloud, converged: Recorder, column: str, rubbish: bytes | str
) -> None:
    cloud = each_cloud
    victim = cloud.create()
    spoilt = {"rubbish": rubbish, "id": victim}
    with cloud.app.transaction() as unit:
        unit.connection.execute(text(SPOIL.format(column)), spoilt)
    others_go_on(cloud, converged)
    with cloud.app.reader() as unit:
        (seen,) = unit.outbox.in_flight("one")
    assert "cannot be read" in (seen.error or "")
    cloud.clock.passed += cloud.app.settings.effect_deadline
    cloud.app.atomically(lambda unit: [unit.deadlines.resolve(e) for e in unit.deadlines.late()])
    cloud.converge()
    result, message = cloud.outcome(victim, "req-1")
    assert result == "Error"
    assert message
    assert cloud.server(victim).status == "ERROR"
    assert violations(cloud.app) == []


def test_what_only_a_newer_release_knows_waits_for_it(cloud: Cloud, converged: Recorder) -> None:
    victim = cloud.create()
    spoilt = {"rubbish": "transmogrify", "id": victim}
    with cloud.app.transaction() as unit:
        unit.connection.execute(text(SPOIL.format("operation")), spoilt)
    others_go_on(cloud, converged)
    with cloud.app.transaction() as unit:
        unit.connection.execute(text(SPOIL.format("operation")), spoilt | {"rubbish": "create"})
    cloud.converge()
    assert cloud.server(victim).status == "ACTIVE"
    assert violations(cloud.app) == []
