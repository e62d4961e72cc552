"""`cyclades-manage network`, as operators type it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cyclades.commands import ini as ini_files
from cyclades.commands.main import manage
from cyclades.domain.model.network import WantedNetwork
from tests.harness.api import CALLERS

Run = Callable[..., Result]


@pytest.fixture
def run(ini: Path) -> Run:
    def run(*arguments: str) -> Result:
        return CliRunner().invoke(manage, [*arguments, "-c", str(ini)])

    return run


def listed(run: Run, *options: str) -> list[dict[str, Any]]:
    answer = run("network", "list", "--json", *options)
    assert answer.exit_code == 0, answer.output
    rows: list[dict[str, Any]] = json.loads(answer.output)
    return rows


@pytest.fixture
def network(run: Run, ini: Path) -> str:
    """An external network, and two clusters that have it."""
    for name in ("one", "two"):
        added = run("cluster", "add", name, "--driver", "simulated")
        assert added.exit_code == 0, added.output
    app = ini_files.application(ini)
    wanted = WantedNetwork("out", external=True)
    made = app.atomically(lambda unit: unit.networks.create(CALLERS["admin"], wanted))
    private = WantedNetwork("inner")
    app.atomically(lambda unit: unit.networks.create(CALLERS["admin"], private))
    app.close()
    return made.id


def test_where_networks_are(run: Run, network: str) -> None:
    rows = listed(run)
    assert [(row["network"], row["cluster"], row["mapped"]) for row in rows] == [
        (network, "one", True),
        (network, "two", True),
    ]
    assert (rows[0]["state"], rows[0]["link"], rows[0]["ports"]) == ("absent", "snf_public", 0)
    assert [row["cluster"] for row in listed(run, "--cluster", "two")] == ["two"]
    assert f"network={network}  name=out" in run("network", "list").output
    assert run("cluster", "remove", "two").exit_code == 0
    assert [row["cluster"] for row in listed(run)] == ["one"]


def test_mapping(run: Run, network: str) -> None:
    assert run("network", "unmap", network, "one").exit_code == 0
    assert [row["mapped"] for row in listed(run)] == [False, True]
    mapped = run("network", "map", network, "one", "--mode", "routed", "--link", "table_7")
    assert mapped.exit_code == 0, mapped.output
    row = listed(run)[0]
    assert (row["mapped"], row["mode"], row["link"]) == (True, "routed", "table_7")


@pytest.mark.parametrize("verb", ["map", "unmap"])
def test_what_is_not_there(run: Run, network: str, verb: str) -> None:
    for arguments, said in (
        (("no", "one"), "Network no could not be found"),
        ((network, "no"), "Cluster no could not be found"),
    ):
        answer = run("network", verb, *arguments)
        assert answer.exit_code == 1
        assert said in answer.output


def test_users_networks_are_where_their_servers_are(run: Run, network: str, ini: Path) -> None:
    app = ini_files.application(ini)
    with app.reader() as unit:
        every = unit.connection.exec_driver_sql("SELECT id FROM networks").scalars().all()
    app.close()
    (private,) = set(every) - {network}
    answer = run("network", "map", private, "one")
    assert answer.exit_code == 1
    assert "Only external networks are mapped" in answer.output
