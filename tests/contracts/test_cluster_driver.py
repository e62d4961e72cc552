"""What every ClusterDriver does: simulated, Ganeti's over the same simulation, real Ganeti."""

from dataclasses import replace

import pytest

from cyclades.domain.model.effects import (
    AttachNic,
    Command,
    DetachNic,
    GuestConfig,
    ModifyNic,
    NicWanted,
    RebootInstance,
    RemoveInstance,
    StartInstance,
    StopInstance,
    TagInstance,
)
from cyclades.domain.model.port import MOST_INTERFACES
from cyclades.domain.model.reports import JobOutcome, JobRank, Power
from cyclades.ports.cluster_driver import IdentityMismatch
from tests.contracts.clusters import (
    GanetiAdministrator,
    Ground,
    effect,
    new_id,
    wanted,
)


def test_the_cluster_says_who_it_is_and_what_it_has(ground: Ground) -> None:
    identity = ground.driver.identity()
    assert len(identity.uuid) == 36
    assert identity.version.startswith("3.")
    assert "file" in identity.disk_templates
    assert identity.hypervisors == ("fake",)
    by_default = not isinstance(ground.administrator, GanetiAdministrator)
    assert identity.wipes_disks is by_default
    capacity = ground.driver.capacity()
    assert capacity.nodes == 2
    assert capacity.cpus_total > 0
    assert 0 < capacity.memory_free <= capacity.memory_total
    assert 0 < capacity.disk_free <= capacity.disk_total


def test_a_server_lives_and_goes(ground: Ground) -> None:
    asked = replace(wanted("life"), nics=(NicWanted("nic-1", "aa:00:07:00:00:01", "snf_public"),))
    created = ground.do(asked)
    assert (created.rank, created.outcome) == (JobRank.FINAL, JobOutcome.SUCCESS)
    assert (created.opcode, created.instance) == ("OP_INSTANCE_CREATE", "life")
    seen = ground.driver.instance("life")
    assert seen is not None
    assert (seen.power, seen.vcpus, seen.memory_mib) == (Power.RUNNING, 2, 128)
    assert [(n.name, n.mac, n.ip, n.link) for n in seen.nics] == [
        ("nic-1", "aa:00:07:00:00:01", None, "snf_public")
    ]
    assert [(disk.name, disk.size_mib) for disk in seen.disks] == [("vol-life", 64)]
    assert seen.tags == {"cyclades:one"}
    assert [report.instance for report in ground.driver.instances()] == ["life"]
    assert ground.driver.capacity().instances == 1
    for command, power in (
        (StopInstance("life", timeout=0), Power.STOPPED),
        (StartInstance("life"), Power.RUNNING),
        (RebootInstance("life", hard=False), Power.RUNNING),
        (RebootInstance("life", hard=True), Power.RUNNING),
        (RemoveInstance("life"), None),
    ):
        assert ground.do(command).outcome is JobOutcome.SUCCESS
        assert ground.power("life") is power
    assert ground.driver.instances() == []


def test_a_tag_comes_beside_those_that_are_there(ground: Ground) -> None:
    ground.do(wanted("tagged"))
    tag = "cyclades:server:01a2063b-1197-7195-97d9-ecbf7980ffd8"
    for _ in range(2):
        assert ground.do(TagInstance("tagged", tag)).outcome is JobOutcome.SUCCESS
    seen = ground.driver.instance("tagged")
    assert seen is not None
    assert seen.tags == {"cyclades:one", tag}
    assert ground.do(TagInstance("nobody", tag)).outcome is JobOutcome.ERROR


def test_an_address_without_a_network_is_kept(ground: Ground) -> None:
    nic = NicWanted("nic-a", "aa:00:07:00:00:02", "snf_public", ip="192.0.2.7")
    ground.do(replace(wanted("addressed"), nics=(nic,)))
    seen = ground.driver.instance("addressed")
    assert seen is not None
    assert seen.nics[0].ip == "192.0.2.7"


@pytest.mark.parametrize("power", [Power.RUNNING, Power.STOPPED])
def test_interfaces_come_change_and_go(ground: Ground, power: Power) -> None:
    first = NicWanted("nic-one", "aa:00:07:00:00:21", "snf_public", ip="192.0.2.21")
    ground.do(replace(wanted("plugged"), nics=(first,)))
    if power is Power.STOPPED:
        ground.do(StopInstance("plugged", timeout=0))
    more = NicWanted("nic-two", "aa:00:07:00:00:22", "snf_public", ip="192.0.2.22")
    for command, nics in (
        (AttachNic("plugged", more), [("nic-one", "192.0.2.21"), ("nic-two", "192.0.2.22")]),
        (
            ModifyNic("plugged", "nic-one", "192.0.2.23"),
            [("nic-one", "192.0.2.23"), ("nic-two", "192.0.2.22")],
        ),
        (ModifyNic("plugged", "nic-two", None), [("nic-one", "192.0.2.23"), ("nic-two", None)]),
        (DetachNic("plugged", "nic-one"), [("nic-two", None)]),
        (DetachNic("plugged", "nic-two"), []),
    ):
        assert ground.do(command).outcome is JobOutcome.SUCCESS
        seen = ground.driver.instance("plugged")
        assert seen is not None
        assert [(nic.name, nic.ip) for nic in seen.nics] == nics
        assert seen.power is power


def test_interfaces_that_others_named_are_found_by_their_address(ground: Ground) -> None:
    mac = "aa:00:07:00:00:41"
    ground.do(replace(wanted("foreign"), nics=(NicWanted("theirs", mac, "snf_public"),)))
    assert ground.do(ModifyNic("foreign", "ours", "192.0.2.41", mac)).outcome is JobOutcome.SUCCESS
    seen = ground.driver.instance("foreign")
    assert seen is not None
    assert [(nic.name, nic.ip) for nic in seen.nics] == [("theirs", "192.0.2.41")]
    assert ground.do(DetachNic("foreign", "ours", mac)).outcome is JobOutcome.SUCCESS
    seen = ground.driver.instance("foreign")
    assert seen is not None
    assert seen.nics == ()
    for command in (DetachNic("foreign", "ours", mac), DetachNic("nobody", "ours", mac)):
        assert ground.do(command).error_code == "unknown_entity"


def test_an_interface_that_cannot_be_changed_says_why(ground: Ground) -> None:
    nics = tuple(
        NicWanted(f"nic-{n}", f"aa:00:07:00:01:0{n}", "snf_public") for n in range(MOST_INTERFACES)
    )
    ground.do(replace(wanted("full"), nics=nics))
    ground.do(replace(wanted("other"), nics=()))
    one_more = NicWanted("nic-more", "aa:00:07:00:01:99", "snf_public")
    for command, code in (
        (DetachNic("full", "nic-none"), "unknown_entity"),
        (ModifyNic("full", "nic-none", "192.0.2.1"), "unknown_entity"),
        (DetachNic("nobody", "nic-1"), "unknown_entity"),
        (AttachNic("other", nics[0]), "resource_not_unique"),
        (AttachNic("full", one_more), "wrong_state"),
    ):
        report = ground.do(command)
        assert (report.outcome, report.error_code) == (JobOutcome.ERROR, code)


def test_a_job_carries_its_effect_and_is_found_by_it(ground: Ground) -> None:
    asked = effect(StartInstance("nobody"))
    first = ground.driver.submit(asked)
    second = ground.driver.submit(asked)
    assert second > first
    assert ground.driver.find(asked.id) == second
    assert ground.driver.find(new_id()) is None
    ground.wait(first)
    report = ground.wait(second)
    assert (report.effect_id, report.request_id) == (asked.id, "req-1234")


def test_jobs_come_by_id_from_the_cursor_on(ground: Ground) -> None:
    ids = [ground.driver.submit(effect(StartInstance("nobody"))) for _ in range(3)]
    for job_id in ids:
        ground.wait(job_id)
    assert [report.job_id for report in ground.driver.jobs(ids[0] - 1)] == ids
    assert [report.job_id for report in ground.driver.jobs(ids[1])] == ids[2:]
    assert all(report.error_code == "unknown_entity" for report in ground.driver.jobs(ids[0] - 1))
    assert ground.driver.jobs(ids[2]) == []


def test_some_jobs_are_asked_for_together(ground: Ground) -> None:
    ids = [ground.driver.submit(effect(StartInstance("nobody"))) for _ in range(3)]
    for job_id in ids:
        ground.wait(job_id)
    found = ground.driver.jobs_of([ids[2], 987_654, ids[0], ids[2]])
    assert [report.job_id for report in found] == [ids[0], ids[2]]
    assert list(found) == [ground.driver.job(ids[0]), ground.driver.job(ids[2])]
    assert ground.driver.jobs_of([]) == []


def test_what_does_not_exist_is_none(ground: Ground) -> None:
    assert ground.driver.job(987_654) is None
    assert ground.driver.instance("nobody") is None
    assert ground.driver.instance("no/body?x=1") is None
    assert ground.driver.cancel(987_654) is False


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (wanted("taken"), "already_exists"),
        (wanted("huge", memory=200_000_000), "insufficient_resources"),
        (wanted("twin", mac="aa:00:07:00:00:09"), "resource_not_unique"),
        (StopInstance("nobody"), "unknown_entity"),
        (RemoveInstance("nobody"), "unknown_entity"),
    ],
)
def test_a_job_that_cannot_be_done_says_why(ground: Ground, command: Command, code: str) -> None:
    if code in {"already_exists", "resource_not_unique"}:
        ground.do(wanted("taken", mac="aa:00:07:00:00:09"))
    report = ground.do(command)
    assert report.outcome is JobOutcome.ERROR
    assert report.error_code == code
    assert report.message


def test_a_failed_installation_leaves_an_instance_that_can_be_removed(ground: Ground) -> None:
    report = ground.do(wanted("broken", image="will-fail"))
    assert report.outcome is JobOutcome.ERROR
    assert report.error_code is None
    assert "Could not add os" in report.message
    assert ground.power("broken") is Power.STOPPED
    assert ground.do(RemoveInstance("broken")).outcome is JobOutcome.SUCCESS
    assert ground.power("broken") is None


def test_starting_what_runs_and_stopping_what_stands_succeed(ground: Ground) -> None:
    ground.do(wanted("twice"))
    assert ground.do(StartInstance("twice")).outcome is JobOutcome.SUCCESS
    assert ground.do(StopInstance("twice", timeout=0)).outcome is JobOutcome.SUCCESS
    assert ground.do(StopInstance("twice", timeout=0)).outcome is JobOutcome.SUCCESS
    assert ground.do(RebootInstance("twice", hard=True)).outcome is JobOutcome.SUCCESS
    assert ground.power("twice") is Power.RUNNING


def test_what_an_administrator_does_is_seen(ground: Ground) -> None:
    last = ground.do(wanted("managed")).job_id
    ground.administrator.stop("managed")
    ground.wait_for("managed", Power.STOPPED)
    ground.administrator.start("managed")
    ground.wait_for("managed", Power.RUNNING)
    ground.administrator.crash("managed")
    ground.wait_for("managed", Power.CRASHED)
    ground.administrator.remove("managed")
    ground.wait_for("managed", None)
    foreign = [job for job in ground.driver.jobs(last) if job.instance == "managed"]
    assert [job.opcode for job in foreign] == [
        "OP_INSTANCE_SHUTDOWN",
        "OP_INSTANCE_STARTUP",
        "OP_INSTANCE_REMOVE",
    ]
    assert {(job.effect_id, job.request_id) for job in foreign} == {(None, None)}


def test_a_finished_job_cannot_be_canceled(ground: Ground) -> None:
    job_id = ground.driver.submit(effect(StartInstance("nobody")))
    ground.wait(job_id)
    assert ground.driver.cancel(job_id) is False


def test_secrets_for_the_guest_stay_out_of_reports(ground: Ground) -> None:
    guest = GuestConfig(
        admin_password="canary-password",
        public_keys=("ssh-ed25519 AAAA canary-key",),
        hostname="guest",
        user_data="Y2FuYXJ5",
        personality=(("/etc/motd", "Y2FuYXJ5"),),
        ticket="canary-ticket-of-a-build",
    )
    report = ground.do(wanted("secretive"), guest)
    assert report.outcome is JobOutcome.SUCCESS
    assert "canary" not in repr([report, *ground.driver.jobs(), *ground.driver.instances()])


def test_another_cluster_is_refused(ground: Ground) -> None:
    uuid = ground.driver.identity().uuid
    assert ground.again(uuid).instance("nobody") is None
    stranger = ground.again("00000000-0000-4000-8000-000000000000")
    for call in (
        stranger.identity,
        stranger.capacity,
        stranger.jobs,
        stranger.instances,
        lambda: stranger.instance("nobody"),
        lambda: stranger.job(1),
        lambda: stranger.find(new_id()),
        lambda: stranger.cancel(1),
        lambda: stranger.submit(effect(StartInstance("nobody"))),
    ):
        with pytest.raises(IdentityMismatch):
            call()
