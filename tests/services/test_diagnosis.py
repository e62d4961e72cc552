"""What operators are told about a server, in each situation that it can be in."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from cyclades.commands.doctor import examined
from cyclades.domain.model.divergence import Divergence, DivergenceKind, Sighting
from cyclades.domain.model.reports import JobRank
from cyclades.domain.model.server_actions import Action
from cyclades.domain.services.diagnosis import Situation, diagnose
from cyclades.ports.cluster_driver import (
    AuthenticationFailed,
    ClusterUnavailable,
    IdentityMismatch,
)
from tests.harness.cloud import Cloud
from tests.harness.cluster_networks import on, private
from tests.harness.disks import Disks

Change = Callable[[Situation], Situation]


def told(seen: Situation) -> dict[str, str]:
    """What is said about each thing, and what then."""
    return {each.about: f"{each.says} -> {each.then}" for each in diagnose(seen)}


def first_effect(seen: Situation, **values: Any) -> Situation:
    return replace(seen, effects=[replace(seen.effects[0], **values), *seen.effects[1:]])


@pytest.mark.parametrize(
    ("change", "about", "words"),
    [
        (lambda s: s, "worker", "Is an effects worker running"),
        (lambda s: replace(s, room=0), "full", "as many as it may"),
        (lambda s: first_effect(s, attempts=3, error="no route"), "attempts", "no route"),
        (lambda s: first_effect(s, uncertain=True, error="cut"), "uncertain", "is looked for"),
        (lambda s: first_effect(s, state="claimed"), "lease", "the lease of 60 s"),
        (lambda s: first_effect(s, overdue=True), "overdue", "not ended in its time"),
        (lambda s: first_effect(s, state="submitted", job_id=7), "job", "does not know its job 7"),
        (
            lambda s: replace(s, trouble=ClusterUnavailable("no route")),
            "cluster",
            "does not answer: no route",
        ),
        (lambda s: replace(s, trouble=AuthenticationFailed("401")), "cluster", "credentials"),
        (lambda s: replace(s, trouble=IdentityMismatch("uuid")), "cluster", "was registered"),
        (lambda s: replace(s, cluster=replace(s.cluster, offline=True)), "cluster", "offline"),
        (lambda s: replace(s, cluster=replace(s.cluster, drained=True)), "cluster", "drained"),
        (lambda s: replace(s, effects=[]), "stuck", "audit --fix"),
    ],
)
def test_a_server_that_is_built(cloud: Cloud, change: Change, about: str, words: str) -> None:
    server_id = cloud.create()
    cloud.clock.passed += 30
    findings = told(change(examined(cloud.app, server_id)))
    assert "BUILD (building, scheduling)" in findings["state"]
    assert words in findings[about]


def test_a_server_whose_network_is_being_made(cloud: Cloud) -> None:
    network = private(cloud)
    server_id = cloud.create(**on(network))
    cloud.clock.passed += 30
    said = told(examined(cloud.app, server_id))["network"]
    assert f"waits for network cyclades-net-{network.id}: create_network is queued" in said


def test_an_operation_at_each_rank_of_its_job(cloud: Cloud) -> None:
    server_id = cloud.create()
    cloud.workers[0].turn()
    seen = examined(cloud.app, server_id)
    assert seen.job is not None
    for rank, words in zip(JobRank, ("queue", "locks", "running", "poller"), strict=True):
        at_rank = replace(seen, job=replace(seen.job, rank=rank, message="node1 is slow"))
        assert words in told(at_rank)["job"]
        assert "node1 is slow" in told(at_rank)["job"]
    blind = replace(seen, job=None, trouble=ClusterUnavailable("no route"))
    assert "cannot be asked" in told(blind)["job"]


def test_what_waits_behind(cloud: Cloud) -> None:
    server_id = cloud.running()
    cloud.act(server_id, Action.REBOOT, "HARD")
    cloud.workers[0].turn()
    cloud.delete(server_id)
    findings = told(examined(cloud.app, server_id))
    assert "reboot" in findings["operation"]
    assert "Behind it: remove" in findings["behind"]


def test_a_server_that_waits_for_nothing(cloud: Cloud) -> None:
    server_id = cloud.running()
    assert "waits for nothing" in told(examined(cloud.app, server_id))["nothing"]
    cloud.delete(server_id)
    cloud.converge()
    assert "It is deleted" in told(examined(cloud.app, server_id))["nothing"]


def test_an_instance_that_is_missing(cloud: Cloud) -> None:
    seen = replace(examined(cloud.app, cloud.running()), instance=None)
    assert "does not know its instance" in told(seen)["missing"]


def test_what_failed_and_what_does_not_agree(cloud: Cloud) -> None:
    cloud.failing_image()
    server_id = cloud.create()
    cloud.converge()
    seen = examined(cloud.app, server_id)
    power = Divergence(DivergenceKind.POWER, "one", server_id, "It runs.", repairable=True)
    findings = told(replace(seen, divergences=[Sighting(power, 2, seen.now, seen.now)]))
    assert "its user reads: The operation failed" in findings["state"]
    assert "create at " in findings["failure"]
    assert "It runs." in findings["divergence"]
    assert "seen 2 times" in findings["divergence"]


def test_a_volume_on_its_way(cloud: Cloud) -> None:
    server_id, disks = cloud.running(), Disks(cloud)
    disks.attach(disks.blank(), server_id)
    cloud.workers[0].turn()
    says = told(examined(cloud.app, server_id))["volume"]
    assert "attach of volume" in says
    assert "step 1 of 1 (add, job 2)" in says
