"""What a request for servers promises, charges, and keeps to itself."""

import logging
from collections.abc import Mapping
from typing import Any

import pytest

from cyclades.adapters.simulated.builds import Builds
from cyclades.domain.model.errors import CycladesError, InvalidInput, NoCapacity, OverQuota
from cyclades.domain.model.wanted_server import host_name
from tests.harness.cloud import MEMBER, Cloud
from tests.harness.sealing import dumped
from tests.workers.evidence import gathered
from tests.workers.invariants import violations

CANARY = "canary-5d21"
RESOURCES = ["instances", "cores", "ram", "port"]


def limits(cloud: Cloud, **amounts: int) -> None:
    cloud.app.atomically(lambda unit: unit.quota.set_limits(MEMBER.project_id or "", amounts))


def used(cloud: Cloud) -> Mapping[str, int]:
    with cloud.app.reader() as unit:
        held = unit.quota.holdings(MEMBER.project_id or "", RESOURCES)
    return {name: holding.used for name, holding in held.items()}


@pytest.mark.parametrize(
    ("wanted", "error"),
    [
        ({"flavor_id": "missing"}, InvalidInput),
        ({"image_id": "missing"}, InvalidInput),
        ({"key_name": "missing"}, InvalidInput),
        ({"zone": "missing"}, InvalidInput),
        ({"min_count": 3, "max_count": 3}, OverQuota),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_what_is_refused_leaves_nothing(
    cloud: Cloud, wanted: dict[str, Any], error: type[CycladesError]
) -> None:
    limits(cloud, cores=2)
    before = gathered(cloud.app)
    with pytest.raises(error):
        cloud.create(**wanted)
    assert gathered(cloud.app) == before


def test_nothing_is_promised_that_no_cluster_can_take(cloud: Cloud) -> None:
    cloud.app.atomically(lambda unit: unit.cluster_register.drain("one", drained=True))
    with pytest.raises(NoCapacity):
        cloud.create()
    assert gathered(cloud.app).servers == []


def test_several_at_once_are_numbered_and_charged_together(cloud: Cloud) -> None:
    cloud.create(name="web", min_count=3, max_count=3)
    servers = gathered(cloud.app).servers
    assert sorted(server.name for server in servers) == ["web-1", "web-2", "web-3"]
    assert len({server.reservation_id for server in servers}) == 1
    assert used(cloud) == {"instances": 3, "cores": 3, "ram": 1536, "port": 3}
    cloud.converge()
    assert violations(cloud.app) == []


def test_as_many_as_the_quota_allows_but_no_fewer_than_wanted(cloud: Cloud) -> None:
    limits(cloud, instances=2)
    cloud.create(min_count=1, max_count=5)
    assert used(cloud)["instances"] == 2


def test_the_choice_of_the_cluster_is_written_down(cloud: Cloud) -> None:
    cloud.add_cluster("two")
    cloud.app.atomically(lambda unit: unit.cluster_register.drain("two", drained=True))
    placement = cloud.server(cloud.create()).placement
    assert placement["cluster"] == "one"
    assert placement["refused"] == {"two": "drained"}


def test_nothing_that_goes_into_the_guest_is_readable_at_rest(
    cloud: Cloud,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    secret: dict[str, Any] = {
        "admin_password": CANARY,
        "user_data": CANARY,
        "personality": (("/x", CANARY),),
    }
    tickets = []
    monkeypatch.setattr(Builds, "carry_out", lambda _self, _op, ticket: tickets.append(ticket))
    dumps = []
    cloud.create(**secret)
    for step in (lambda: None, cloud.workers[0].turn, cloud.converge):
        step()
        with cloud.app.reader() as unit:
            dumps.append(dumped(unit.connection))
    (ticket,) = tickets
    for each in (*dumps, caplog.text, capsys.readouterr().out):
        assert CANARY not in each
        assert ticket not in each


@pytest.mark.parametrize(
    ("name", "host"),
    [
        ("web", "web"),
        ("My Server", "my-server"),
        ("a.b_c", "a-b-c"),
        ("--x--", "x"),
        ("Ünïcode", "n-code"),
        ("€", "server"),
        ("a" * 62 + "--b", "a" * 62),
    ],
)
def test_hosts_have_names_that_dns_allows(name: str, host: str) -> None:
    assert host_name(name) == host
