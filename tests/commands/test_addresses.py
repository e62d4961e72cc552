"""`cyclades-manage address` and `cluster node-key`, as operators type them."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cyclades.bootstrap import Application
from cyclades.commands.ini import settings_of
from cyclades.commands.main import manage
from cyclades.domain.model.cluster import ClusterConnection
from cyclades.domain.model.errors import Unauthenticated
from cyclades.domain.model.network import WantedNetwork
from cyclades.domain.model.port import WantedInterface
from cyclades.domain.model.subnet import WantedSubnet
from cyclades.domain.services.clusters import probe
from tests.harness.api import CALLERS

MEMBER = CALLERS["member"]


@pytest.fixture
def app(ini: Path) -> Application:
    return Application(settings_of(ini))


def run(ini: Path, *arguments: str) -> Result:
    return CliRunner().invoke(manage, [*arguments, "-c", str(ini)])


def test_who_held_an_address(ini: Path, app: Application) -> None:
    with app.transaction() as unit:
        network = unit.networks.create(MEMBER, WantedNetwork("n")).id
        unit.subnets.create(MEMBER, WantedSubnet(network, "10.0.0.0/24"))
        for server in ("first", "second"):
            unit.server_ports.wire(MEMBER, server, "nova", [WantedInterface(network)])
            unit.quota.charge(MEMBER.project_id or "", {"port": 1})
            if server == "first":
                unit.server_ports.release(server)
    table = run(ini, "address", "history", "10.0.0.2")
    assert table.exit_code == 0, table.output
    head, first, second = table.output.splitlines()
    assert head.split()[:3] == ["address", "server", "project"]
    assert first.split()[1:4] == ["first", MEMBER.project_id, MEMBER.user_id]
    assert (second.split()[1], second.split()[-1]) == ("second", "still")
    found = json.loads(run(ini, "address", "history", "10.0.0.2", "--json").output)
    assert [each["server_id"] for each in found] == ["first", "second"]
    assert found[0]["until"] <= found[1]["since"]
    now = datetime.now(UTC) + timedelta(seconds=1)
    for words, servers in (
        (("10.0.0.2", "--at", now.isoformat()), ["second"]),
        (("10.0.0.2", "--at", "2020-01-01"), []),
        (("10.0.0.2", "--network", "other"), []),
        (("10.0.0.2", "--network", network), ["first", "second"]),
        (("--server", "first"), ["first"]),
        (("--server", "first", "--at", now.isoformat()), []),
    ):
        said = json.loads(run(ini, "address", "history", *words, "--json").output)
        assert [each["server_id"] for each in said] == servers, words
    app.close()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "Name an address"),
        (("10.0.0.2", "--server", "s"), "Name an address"),
        (("nonsense",), "not a valid IP"),
        (("10.0.0.2", "--at", "yesterday"), "ISO 8601"),
    ],
)
def test_what_cannot_be_asked(ini: Path, words: tuple[str, ...], said: str) -> None:
    answer = run(ini, "address", "history", *words)
    assert answer.exit_code
    assert said in answer.output


def test_a_cluster_s_node_key(ini: Path, app: Application) -> None:
    connection = ClusterConnection("one", "simulated")
    seen = probe(app.drivers.connect(connection, None), "sharedfile")
    app.atomically(lambda unit: unit.cluster_register.register("prod", connection, seen, "nova"))
    key = run(ini, "cluster", "node-key", "prod").output.strip()
    assert "node key  known" in run(ini, "cluster", "show", "prod").output
    assert key not in run(ini, "cluster", "show", "prod", "--json").output
    with app.reader() as unit:
        assert unit.node_keys.cluster_of(key) == "one"
    assert run(ini, "cluster", "node-key", "prod", "--revoke").exit_code == 0
    assert "node key  none" in run(ini, "cluster", "show", "prod").output
    with app.reader() as unit, pytest.raises(Unauthenticated):
        unit.node_keys.cluster_of(key)
    missing = run(ini, "cluster", "node-key", "no")
    assert missing.exit_code
    assert "could not be found" in missing.output
    app.close()
