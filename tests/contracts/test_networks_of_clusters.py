"""Networks as every ClusterDriver makes them: simulated, over RAPI, and in real Ganeti."""

from dataclasses import replace

from cyclades.domain.model.effects import (
    AttachNic,
    Command,
    ConnectNetwork,
    CreateInstance,
    CreateNetwork,
    DisconnectNetwork,
    NicWanted,
    RemoveInstance,
    RemoveNetwork,
)
from cyclades.domain.model.reports import GroupLink, JobOutcome, NetworkReport, NicSeen
from tests.contracts.clusters import Ground, wanted

NAME, TAGS = "cyclades-net-7", ("cyclades:network:7", "private-filtered")
CREATE = CreateNetwork(NAME, "10.7.0.0/28", "aa:0d:07", TAGS)
CONNECT = ConnectNetwork(NAME, "default", "bridged", "prv0")
DISCONNECT, REMOVE = DisconnectNetwork(NAME, "default"), RemoveNetwork(NAME)


def outcome(ground: Ground, command: Command) -> tuple[JobOutcome | None, str | None]:
    report = ground.do(command)
    return report.outcome, report.error_code


def shown(ground: Ground, name: str = NAME) -> NetworkReport | None:
    found = next((seen for seen in ground.driver.networks() if seen.name == name), None)
    return replace(found, cluster_id="one") if found else None


def server_on(name: str, ip: str | None) -> CreateInstance:
    usual = wanted(name)
    nic = replace(usual.nics[0], ip=ip, network=NAME)
    return replace(usual, nics=(nic,), disk_template="diskless", disks=())


def test_a_network_s_life(ground: Ground) -> None:
    done = (JobOutcome.SUCCESS, None)
    assert shown(ground) is None
    assert outcome(ground, CREATE) == done
    bare = NetworkReport("one", NAME, "10.7.0.0/28", "aa:0d:07", (), frozenset(TAGS))
    assert shown(ground) == bare
    assert outcome(ground, CREATE) == (JobOutcome.ERROR, "already_exists")
    assert outcome(ground, CONNECT) == done
    connected = replace(bare, groups=(GroupLink("default", "bridged", "prv0"),))
    assert shown(ground) == connected
    assert outcome(ground, CONNECT) == done
    assert outcome(ground, REMOVE)[0] is JobOutcome.ERROR  # it is connected
    assert shown(ground) == connected
    assert outcome(ground, DISCONNECT) == done
    assert outcome(ground, DISCONNECT) == done
    assert outcome(ground, REMOVE) == done
    assert shown(ground) is None
    assert outcome(ground, REMOVE) == (JobOutcome.ERROR, "unknown_entity")


def test_instances_on_a_network(ground: Ground) -> None:
    first = server_on("net-first", "10.7.0.5")
    assert outcome(ground, first)[0] is JobOutcome.ERROR
    ground.do(CREATE)
    assert outcome(ground, server_on("net-soon", "10.7.0.5"))[0] is JobOutcome.ERROR
    ground.do(CONNECT)
    assert outcome(ground, first)[0] is JobOutcome.SUCCESS
    seen = ground.driver.instance("net-first")
    assert seen is not None
    nic = first.nics[0]
    assert seen.nics == (NicSeen(nic.name, nic.mac, "10.7.0.5", "prv0", NAME),)
    # An address is one interface's; one outside of the network is none's.
    for name, ip in (("net-second", "10.7.0.5"), ("net-third", "10.8.0.1")):
        assert outcome(ground, server_on(name, ip))[0] is JobOutcome.ERROR
    assert outcome(ground, server_on("net-bare", None))[0] is JobOutcome.SUCCESS
    more = NicWanted("nic-more", "aa:0d:07:00:00:07", "prv0", ip="10.7.0.6", network=NAME)
    assert outcome(ground, AttachNic("net-bare", more))[0] is JobOutcome.SUCCESS
    assert outcome(ground, DISCONNECT)[0] is JobOutcome.ERROR  # it is used
    for name in ("net-first", "net-bare"):
        ground.do(RemoveInstance(name))
    assert outcome(ground, server_on("net-again", "10.7.0.6"))[0] is JobOutcome.SUCCESS
    ground.do(RemoveInstance("net-again"))
    assert outcome(ground, DISCONNECT)[0] is JobOutcome.SUCCESS
    assert outcome(ground, REMOVE)[0] is JobOutcome.SUCCESS
