"""The table of a server's fields by microversion, without any server."""

from itertools import pairwise
from typing import Any

import orjson
import pytest

from cyclades.ports.server_views import ServerView
from cyclades.web.compute.presenters import servers as present
from cyclades.web.microversions import COMPUTE, Microversion
from tests.harness.samples import NOW

BASE = "http://cloud"
EVERY = [Microversion(2, minor) for minor in range(1, COMPUTE.maximum.minor + 1)]
FLAVOR = orjson.dumps(
    {
        **dict.fromkeys(("vcpus", "ram", "disk", "ephemeral", "swap"), 1),
        "name": "m1.tiny",
        "extra_specs": {},
    }
).decode()


def a_row(**values: Any) -> ServerView:
    usual: dict[str, Any] = dict.fromkeys(ServerView._fields)
    usual |= {"id": "s", "name": "web", "project_id": "p", "cluster_id": "c"}
    usual |= {"flavor_id": "1", "flavor": FLAVOR, "metadata": "{}", "tags": "[]"}
    usual |= {"vm_state": "active", "power": "running", "created": NOW, "updated": NOW}
    return ServerView(**(usual | values))


def body(version: Microversion, *, admin: bool = False, **values: Any) -> dict[str, Any]:
    say = present.presenter(version, BASE, admin=admin)
    found: dict[str, Any] = orjson.loads(orjson.dumps(say(a_row(**values))))
    return found


@pytest.mark.parametrize("admin", [False, True])
def test_no_field_comes_twice_in_a_version(admin: bool) -> None:
    for version in EVERY:
        fields = present.fields_of(version, admin=admin, listed=False)
        names = [field.name for field in fields]
        assert len(names) == len(set(names)), version
        core = [field.name for field in present.core_fields_of(version)]
        assert len(core) == len(set(core)), version


# Where a member's body differs from the version before: what comes.
STEPS: dict[str, set[str]] = {
    "2.9": {"locked"},
    "2.19": {"description"},
    "2.26": {"tags"},
    "2.63": {"trusted_image_certificates"},
    "2.71": {"server_groups"},
    "2.73": {"locked_reason"},
    "2.90": {"OS-EXT-SRV-ATTR:hostname"},
    "2.96": {"pinned_availability_zone"},
}
ADMIN_STEPS: dict[str, set[str]] = STEPS | {
    "2.3": {
        f"OS-EXT-SRV-ATTR:{name}"
        for name in (
            *("hostname", "kernel_id", "launch_index", "ramdisk_id", "reservation_id"),
            *("root_device_name", "user_data"),
        )
    },
    "2.16": {"host_status"},
    "2.90": set(),
}


@pytest.mark.parametrize(("admin", "steps"), [(False, STEPS), (True, ADMIN_STEPS)])
def test_fields_come_with_their_versions(admin: bool, steps: dict[str, set[str]]) -> None:
    for older, newer in pairwise(EVERY):
        before, after = body(older, admin=admin).keys(), body(newer, admin=admin).keys()
        assert after - before == steps.get(str(newer), set()), newer
        assert not before - after, newer


def test_the_flavor_is_a_link_and_then_a_copy() -> None:
    assert body(Microversion(2, 46))["flavor"].keys() == {"id", "links"}
    copied = body(Microversion(2, 47))["flavor"]
    assert copied["original_name"] == "m1.tiny"
    assert "id" not in copied


@pytest.mark.parametrize(
    ("values", "status"),
    [
        ({"vm_state": "building", "task_state": "spawning"}, "BUILD"),
        ({"vm_state": "active", "task_state": "powering-off"}, "ACTIVE"),
        ({"vm_state": "active", "task_state": "rebooting"}, "REBOOT"),
        ({"vm_state": "stopped"}, "SHUTOFF"),
        ({"vm_state": "error", "fault_code": 500, "fault_message": "x"}, "ERROR"),
        ({"vm_state": "deleted"}, "DELETED"),
    ],
)
def test_sparse_fields_follow_the_status(values: dict[str, Any], status: str) -> None:
    shown = body(Microversion(2, 1), progress=7, **values)
    assert shown["status"] == status
    assert ("progress" in shown) == (status in {"ACTIVE", "BUILD"})
    assert ("fault" in shown) == ("fault_code" in values)
    assert "security_groups" not in shown


def test_an_address_is_told_with_more_or_less() -> None:
    entry = {"version": 4, "addr": "192.0.2.1", "OS-EXT-IPS:type": "fixed"}
    row = a_row(addresses=orjson.dumps({"net": [entry]}).decode())
    short = present.updated(Microversion(2, 74), BASE, admin=False)(row)
    assert short["addresses"] == {"net": [{"version": 4, "addr": "192.0.2.1"}]}
    full = present.updated(Microversion(2, 75), BASE, admin=False)(row)
    assert orjson.loads(orjson.dumps(full))["addresses"] == {"net": [entry]}


@pytest.mark.parametrize(
    ("values", "status"),
    [
        ({}, "UP"),
        ({"drained": True}, "MAINTENANCE"),
        ({"drained": True, "breaker_open": True}, "UNKNOWN"),
        ({"offline": True}, "DOWN"),
    ],
)
def test_how_the_cluster_is(values: dict[str, Any], status: str) -> None:
    assert body(Microversion(2, 16), admin=True, **values)["host_status"] == status


def test_host_ids_are_alike_within_a_project_only() -> None:
    hosts = [
        body(Microversion(2, 1), project_id=project, cluster_id=cluster)["hostId"]
        for project, cluster in [("p", "c"), ("p", "c"), ("q", "c"), ("p", "d")]
    ]
    assert hosts[0] == hosts[1]
    assert len(set(hosts)) == 3
