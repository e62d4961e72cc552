"""Reports from RAPI's answers, whatever they are."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyclades.adapters.ganeti import reports
from cyclades.adapters.ganeti.errors import AnswerLost
from cyclades.adapters.ganeti.opcodes import Options, call_of, guest_parameters
from cyclades.domain.model.effects import GuestConfig, RemoveInstance
from cyclades.domain.model.reports import JobOutcome, JobRank, Power
from tests.contracts.clusters import effect, wanted

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)
INSTANCE: dict[str, Any] = {
    "name": "one",
    "uuid": "ce969d80-7a27-4e74-9375-3626b0e2bed9",
    "status": "running",
    "pnode": "node1",
    "beparams": {"vcpus": 1, "maxmem": 128},
    "nic.names": [None],
    "nic.macs": ["aa:00:00:00:00:01"],
    "nic.ips": [None],
    "nic.links": ["br0"],
    "nic.networks.names": [None],
    "disk.names": ["vol"],
    "disk.uuids": ["c25cb885"],
    "disk.sizes": [64],
    "tags": [],
}


def job(**changes: Any) -> dict[str, Any]:
    op = {
        "OP_ID": "OP_INSTANCE_CREATE",
        "instance_name": "one",
        "reason": [
            ["gnt:user", "cyc:0190-ab req:req-7", 1],
            ["gnt:library:rlib2:instances", "", 2],
            ["gnt:opcode:instance_create", "job=3;index=0", 3],
        ],
    }
    return {"id": 3, "status": "success", "ops": [op], "opresult": [None]} | changes


@pytest.mark.parametrize(
    ("status", "rank", "outcome"),
    [
        ("queued", JobRank.QUEUED, None),
        ("waiting", JobRank.WAITING, None),
        ("canceling", JobRank.WAITING, None),
        ("running", JobRank.RUNNING, None),
        ("canceled", JobRank.FINAL, JobOutcome.CANCELED),
        ("error", JobRank.FINAL, JobOutcome.ERROR),
        ("success", JobRank.FINAL, JobOutcome.SUCCESS),
    ],
)
def test_job_statuses(status: str, rank: JobRank, outcome: JobOutcome | None) -> None:
    report = reports.job_report("c", job(status=status))
    assert (report.rank, report.outcome) == (rank, outcome)
    assert (report.effect_id, report.request_id) == ("0190-ab", "req-7")


@pytest.mark.parametrize(
    ("opresult", "message", "code"),
    [
        (
            [["OpPrereqError", ["No room", "insufficient_resources"]]],
            "No room",
            "insufficient_resources",
        ),
        ([["OpExecError", ["Could not add os"]]], "Could not add os", None),
        ([["OpExecError", "Could not add os"]], "Could not add os", None),
        ([["JobLost", []]], "JobLost", None),
        ([None, ["OpExecError", ["second", 7]]], "second", None),
        ([[]], "", None),
        ({"odd": 1}, "", None),
        (None, "", None),
    ],
)
def test_job_errors(opresult: Any, message: str, code: str | None) -> None:
    report = reports.job_report("c", job(status="error", opresult=opresult))
    assert (report.message, report.error_code) == (message, code)


def test_a_job_about_nothing_of_ours() -> None:
    report = reports.job_report("c", job(ops=[{"OP_ID": "OP_NODE_ADD", "reason": None}]))
    assert (report.instance, report.effect_id) == (None, None)


def test_a_broken_job_does_not_hide_the_others() -> None:
    names = ["id", "status", "ops"]
    answer = {
        "fields": [{"name": name} for name in names],
        "data": [
            [[0, 2], [0, "success"], [0, []]],
            [[0, 1], [0, "flying"], [0, []]],
            [[0, 3], [3, None], [3, None]],
        ],
    }
    assert [report.job_id for report in reports.job_reports("c", answer)] == [2]


@pytest.mark.parametrize(
    ("status", "power"),
    [
        ("running", Power.RUNNING),
        ("ERROR_up", Power.RUNNING),
        ("ADMIN_down", Power.STOPPED),
        ("USER_down", Power.STOPPED),
        ("ADMIN_offline", Power.STOPPED),
        ("ERROR_down", Power.CRASHED),
        ("ERROR_nodedown", Power.UNKNOWN),
        ("ERROR_nodeoffline", Power.UNKNOWN),
        ("ERROR_wrongnode", Power.UNKNOWN),
        ("something new", Power.UNKNOWN),
    ],
)
def test_instance_powers(status: str, power: Power) -> None:
    assert reports.instance_report("c", INSTANCE | {"status": status}).power is power


@pytest.mark.parametrize(
    "changes",
    [
        {"name": None},
        {"name": "x" * 5000},
        {"beparams": {"vcpus": True, "maxmem": 128}},
        {"beparams": {"vcpus": 1, "maxmem": -1}},
        {"nic.macs": []},
        {"disk.sizes": "64"},
        {"tags": {}},
    ],
)
def test_a_broken_instance_is_an_error(changes: dict[str, Any]) -> None:
    with pytest.raises(AnswerLost):
        reports.instance_report("c", INSTANCE | changes)


def test_nodes_that_do_not_answer_have_nothing() -> None:
    node = {"vm_capable": True, "mtotal": 10, "mfree": 5, "ctotal": 2, "pinst_cnt": 1}
    capacity = reports.capacity(
        [
            node,
            {**node, "mtotal": None, "mfree": "?"},
            {**node, "drained": True},
            {**node, "offline": True},
            {**node, "vm_capable": False},
        ],
        [{"name": "rack2", "uri": "/2/groups/rack2"}, {"name": "rack1"}],
    )
    assert (capacity.nodes, capacity.memory_total, capacity.memory_free) == (2, 10, 5)
    assert capacity.instances == 5
    assert capacity.node_groups == ("rack1", "rack2")


@pytest.mark.parametrize("groups", [{}, [{}], [{"name": 1}]])
def test_groups_without_names_are_an_error(groups: Any) -> None:
    with pytest.raises(AnswerLost):
        reports.capacity([], groups)


NETWORK: dict[str, Any] = {
    "name": "net-1",
    "network": "10.0.0.0/24",
    "mac_prefix": None,
    "group_list": [["default", "bridged", "prv0", ""]],
    "tags": [],
}


def test_a_network() -> None:
    (link,) = reports.network_report("c", NETWORK).groups
    assert (link.group, link.mode, link.link) == ("default", "bridged", "prv0")


@pytest.mark.parametrize(
    "changes",
    [{"name": None}, {"network": 1}, {"group_list": {}}, {"group_list": [["x"]]}, {"tags": None}],
)
def test_a_broken_network_is_an_error(changes: dict[str, Any]) -> None:
    with pytest.raises(AnswerLost):
        reports.network_report("c", NETWORK | changes)


@given(JSON)
def test_garbage_is_told_from_answers(value: Any) -> None:
    for read in (
        reports.identity,
        lambda data: reports.capacity(data, data),
        lambda data: reports.network_report("c", data),
        lambda data: reports.job_reports("c", data),
        lambda data: reports.instance_report("c", data),
        lambda data: reports.job_report("c", {"id": 1, "status": "error", "ops": data}),
        lambda data: reports.job_report("c", job(status="error", opresult=data)),
        reports.reason_in,
    ):
        with suppress(AnswerLost):
            read(value)


def test_names_cannot_leave_their_place_in_the_path() -> None:
    call = call_of(effect(RemoveInstance("../jobs/1?x#y")), Options())
    assert call.path == "/2/instances/..%2Fjobs%2F1%3Fx%23y"


def test_secrets_travel_only_as_secrets() -> None:
    guest = GuestConfig(admin_password="canary", public_keys=("canary",), user_data="canary")
    body = call_of(effect(wanted("one"), guest), Options()).body
    assert "canary" in str(body.pop("osparams_secret"))
    assert "canary" not in str(body)
    assert "osparams_secret" not in call_of(effect(wanted("one")), Options()).body


def test_the_os_definition_hears_what_it_needs_and_no_more() -> None:
    guest = GuestConfig(
        public_keys=("ssh-rsa A", "ssh-rsa B"),
        hostname="guest",
        user_data="dXNlcg==",
        personality=(("/etc/motd", "aGk="),),
        ticket="ticket",
    )
    parameters = guest_parameters(guest)
    assert parameters.pop("ticket") == "ticket"
    assert json.loads(parameters.pop("files")) == [["/etc/motd", "aGk="]]
    assert json.loads(parameters.pop("guest")) == {
        "public_keys": ["ssh-rsa A", "ssh-rsa B"],
        "hostname": "guest",
        "user_data": "dXNlcg==",
    }
    assert parameters == guest_parameters(GuestConfig()) == {}


def test_the_largest_guest_fits_in_an_environment() -> None:
    files = tuple(("/" + "p" * 254, "a" * 13_656) for _ in range(5))
    guest = GuestConfig("p" * 255, ("k" * 16_384,), "h" * 63, "a" * 65_535, files, "t" * 43)
    for value in guest_parameters(guest).values():
        assert len(value) < 128 * 1024 - len("OSP_TICKET=")


def test_the_operator_chooses_os_and_hypervisor() -> None:
    options = Options.parse({"os": "debootstrap+default", "hypervisor": "kvm"})
    body = call_of(effect(wanted("one")), options).body
    assert (body["os_type"], body["hypervisor"]) == ("debootstrap+default", "kvm")
    assert "hypervisor" not in call_of(effect(wanted("one")), Options()).body
