"""`cyclades-manage audit`: looks, says what it saw by its exit code, mends only when told."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from structlog.testing import capture_logs

from cyclades.commands.main import manage
from tests.harness.cloud import Cloud, cloud
from tests.harness.damage import alter, lasting, sql

__all__ = ["cloud"]

Run = Callable[..., Result]


@pytest.fixture
def run(cloud: Cloud, tmp_path: Path) -> Run:
    settings = cloud.app.settings
    ini = tmp_path / "cyclades.ini"
    ini.write_text(
        f"[app:main]\ncyclades.database_url = {settings.database_url}\n"
        f"cyclades.var_dir = {tmp_path}\n"
        f"cyclades.secret_key_file = {settings.secret_key_file}\n"
    )

    def invoke(*words: str) -> Result:
        with capture_logs():  # they go to standard error, were logging configured
            return CliRunner().invoke(manage, ["audit", *words, "-c", str(ini)])

    return invoke


def said(result: Result) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(result.stdout)["divergences"]
    return found


def test_all_is_well(cloud: Cloud, run: Run) -> None:
    cloud.running()
    result = run()
    assert (result.exit_code, result.stdout) == (0, "Everything agrees.\n")


def test_a_look_changes_nothing_and_a_fix_does(cloud: Cloud, run: Run) -> None:
    server_id = cloud.running()
    alter(cloud, server_id, lambda instance: setattr(instance, "running", False))
    sql(cloud, "UPDATE quotas SET used = used + 1 WHERE resource = 'ram'")
    for _ in range(2):
        result = run()
        assert result.exit_code == 1
        assert "can be mended" in result.stdout
    assert cloud.server(server_id).status == "ACTIVE"
    assert lasting(cloud) == []
    result = run("--fix", "--json")
    assert result.exit_code == 0
    assert [(each["kind"], each["state"]) for each in said(result)] == [
        ("power", "mended"),
        ("quota_drift", "mended"),
    ]
    assert cloud.server(server_id).status == "SHUTOFF"
    assert run().exit_code == 0


def test_orphans_go_and_strangers_stay(cloud: Cloud, run: Run) -> None:
    server_id = cloud.running()
    name = cloud.server(server_id).instance
    cloud.delete(server_id)
    cloud.converge()
    for each in (name, "stranger"):
        cloud.cluster().administrator.create(each)
    cloud.clock.passed += 5
    cloud.cluster().store.change(lambda _: None)  # the command has another clock
    result = run("--fix", "--json", "--cluster", "one")
    assert result.exit_code == 0, "a stranger is no fault"
    assert {each["object"]: each["state"] for each in said(result)} == {
        name: "mended",
        "stranger": "for an operator",
    }
    cloud.converge()
    assert cloud.instances() == ["stranger"]


def test_the_fuse_and_how_to_do_without(cloud: Cloud, run: Run) -> None:
    for _ in range(5):
        cloud.create()
    cloud.converge()
    cloud.cluster().store.change(lambda world: world.instances.clear())
    result = run("--fix", "--json")
    assert result.exit_code == 1
    assert {each["state"] for each in said(result)} == {"for an operator"}
    assert "fuse" in {each["kind"] for each in said(result)}
    result = run("--fix", "--json", "--without-fuse")
    assert {each["kind"] for each in said(result)} == {"stale_server"}
    assert {each["state"] for each in said(result)} == {"mended"}


def test_who_cannot_look_everywhere_says_so(cloud: Cloud, run: Run) -> None:
    cloud.add_cluster("two").faults.set(unreachable=True)
    for words in ((), ("--fix",)):
        result = run(*words)
        assert result.exit_code == 2
        assert "two does not answer" in result.stdout
    assert json.loads(run("--json").stdout)["unreachable"] == ["two"]
    assert run("--cluster", "one").exit_code == 0
    assert "could not be found" in run("--cluster", "three").output
