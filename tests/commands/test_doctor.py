"""`cyclades-manage doctor`, as operators type it."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from cyclades.bootstrap import Application, Unit
from cyclades.commands.main import manage
from tests.harness.cloud import Cloud, cloud

__all__ = ["cloud"]
Doctor = Callable[..., str]


@pytest.fixture
def doctor(cloud: Cloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Doctor:
    """Runs the command on the cloud's own database, with its clock."""

    def application(_path: Path) -> Application:
        return Application(cloud.app.settings, clock=cloud.clock)

    monkeypatch.setattr("cyclades.commands.ini.application", application)
    (tmp_path / "cyclades.ini").touch()

    def run(*arguments: str) -> str:
        config = str(tmp_path / "cyclades.ini")
        return CliRunner().invoke(manage, ["doctor", "server", *arguments, "-c", config]).output

    return run


def test_it_says_what_a_server_waits_for(cloud: Cloud, doctor: Doctor) -> None:
    server_id = cloud.create()
    cloud.clock.passed += 30
    said = doctor(server_id)
    assert "     state  BUILD (building, scheduling)" in said
    assert "-> Is an effects worker running" in said
    shown = json.loads(doctor(server_id, "--json"))
    assert shown["server"] == server_id
    assert [each["about"] for each in shown["findings"]] == ["state", "operation", "worker"]


def test_it_asks_the_cluster(cloud: Cloud, doctor: Doctor) -> None:
    server_id = cloud.create()
    cloud.workers[0].turn()
    assert "Its job 1 is" in doctor(server_id)


def test_what_is_not_there_is_said_to_be_so(doctor: Doctor) -> None:
    assert "could not be found" in doctor("no-such-server")


def test_clusters_are_asked_how_they_are_set_up(
    cloud: Cloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cyclades.commands.ini.application", lambda _path: cloud.app)
    config = tmp_path / "cyclades.ini"
    config.touch()
    specs = {"SNF:disk_template": "ext", "SNF:provider": "files", "SNF:clone": "true"}

    def offer(unit: Unit) -> None:
        unit.volume_types.create("far", None, is_public=True, specs=specs)

    def said() -> str:
        return CliRunner().invoke(manage, ["doctor", "clusters", "-c", str(config)]).output

    assert said() == ""
    cloud.app.atomically(offer)
    assert "what is made of far is blank" in said()
