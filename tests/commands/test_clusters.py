"""`cyclades-manage cluster`, as operators type it."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cyclades.commands.main import manage
from cyclades.domain.model.cluster import ClusterConnection
from tests.contracts.clusters import rapi, simulated

Manage = Callable[..., Result]


@pytest.fixture
def run(ini: Path) -> Manage:
    def run(*arguments: str) -> Result:
        return CliRunner().invoke(manage, ["cluster", *arguments, "-c", str(ini)])

    return run


@pytest.fixture
def connection() -> Iterator[ClusterConnection]:
    with rapi(simulated()) as (_server, connection):
        yield connection


def to(connection: ClusterConnection) -> tuple[str, ...]:
    return (
        "--endpoint", connection.endpoint, "--username", connection.username,
        "--password", connection.password, "--fingerprint", connection.fingerprint,
    )  # fmt: skip


def listed(run: Manage) -> list[dict[str, object]]:
    clusters: list[dict[str, object]] = json.loads(run("list", "--json").output)
    return clusters


def test_a_cluster_is_added_shown_drained_and_removed(
    run: Manage, connection: ClusterConnection
) -> None:
    added = run("add", "prod1", *to(connection), "--zone", "east", "--json")
    assert added.exit_code == 0, added.output
    (cluster,) = json.loads(added.output)
    assert (cluster["name"], cluster["availability_zone"]) == ("prod1", "east")
    assert cluster["capacity"]["nodes"] == 2
    assert connection.password not in added.output
    assert "prod1" in run("list").output
    shown = run("show", "prod1")
    assert cluster["uuid"] in shown.output
    assert run("drain", "prod1").exit_code == 0
    assert listed(run)[0]["state"] == "drained"
    assert run("undrain", "prod1").exit_code == 0
    assert listed(run)[0]["state"] == "ready"
    assert run("remove", "prod1").exit_code == 0
    assert listed(run) == []


WRONG: dict[str, dict[str, Any]] = {
    "password": {"password": "wrong"},
    "fingerprint": {"fingerprint": "00" * 32},
    "endpoint": {"endpoint": "https://127.0.0.1:1"},
}


@pytest.mark.parametrize("wrong", WRONG)
def test_nothing_is_stored_of_a_cluster_that_cannot_be_trusted(
    run: Manage, connection: ClusterConnection, wrong: str
) -> None:
    refused = run("add", "prod1", *to(replace(connection, **WRONG[wrong])))
    assert refused.exit_code != 0
    assert "Error:" in refused.output
    assert "Traceback" not in refused.output
    assert listed(run) == []


def test_the_way_to_a_cluster_is_changed(run: Manage, connection: ClusterConnection) -> None:
    assert run("add", "prod1", *to(connection)).exit_code == 0
    both = f"https://127.0.0.1:1 {connection.endpoint}"
    changed = run("set", "prod1", "--endpoint", both)
    assert changed.exit_code == 0, changed.output
    (cluster,) = listed(run)
    assert (cluster["endpoint"], cluster["username"]) == (both, connection.username)
    wrong = run("set", "prod1", "--password", "wrong")
    assert wrong.exit_code != 0
    assert "refuses our credentials" in wrong.output


def test_another_cluster_does_not_take_its_place(
    run: Manage, connection: ClusterConnection
) -> None:
    assert run("add", "prod1", *to(connection)).exit_code == 0
    with rapi(simulated({"seed": "other"})) as (_server, other):
        said = run("set", "prod1", *to(other))
    assert said.exit_code != 0
    assert "Another cluster answers" in said.output
    assert listed(run)[0]["endpoint"] == connection.endpoint


def test_names_and_clusters_are_unique(run: Manage, connection: ClusterConnection) -> None:
    assert run("add", "prod1", *to(connection)).exit_code == 0
    again = run("add", "prod2", *to(connection))
    assert again.exit_code != 0
    assert "exists already" in again.output
    assert len(listed(run)) == 1


@pytest.mark.parametrize("command", ["show", "drain", "undrain", "remove"])
def test_an_unknown_cluster_is_said_to_be(run: Manage, command: str) -> None:
    said = run(command, "nowhere")
    assert said.exit_code != 0
    assert "could not be found" in said.output
