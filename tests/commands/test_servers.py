"""`cyclades-manage server`: operators see where a server is and why."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from cyclades.bootstrap import Application
from cyclades.commands.main import manage
from tests.harness.cloud import Cloud, cloud
from tests.harness.compute import ROOM, furnished

__all__ = ["cloud"]


def test_where_a_server_is_and_why(application_maker, sqlite_database_url, tmp_path: Path) -> None:
    server = furnished(application_maker(sqlite_database_url, **ROOM)).create(name="web")
    ini = tmp_path / "cyclades.ini"
    ini.write_text(
        f"[app:main]\ncyclades.database_url = {sqlite_database_url}\n"
        f"cyclades.var_dir = {tmp_path}\n"
        f"cyclades.secret_key_file = {tmp_path / 'secret.key'}\n"
    )

    def run(*arguments: str) -> str:
        result = CliRunner().invoke(manage, ["server", "show", *arguments, "-c", str(ini)])
        return result.output

    shown = json.loads(run(server["id"], "--json"))
    assert shown["status"] == "BUILD"
    assert shown["chosen"] == shown["cluster"]
    assert shown["cluster"] in shown["weights"]
    assert f"chosen  {shown['cluster']}" in run(server["id"])
    assert "could not be found" in run("no-such-server")


def test_an_instance_is_adopted(
    cloud: Cloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cloud.cluster().administrator.create("stranger", nics=[{"link": "br0"}])
    cloud.pass_time(30)
    app = cloud.app
    with app.transaction() as unit:
        unit.identity_bootstrap.ensure_first_run()
    monkeypatch.setattr(
        "cyclades.commands.ini.application", lambda _: Application(app.settings, clock=cloud.clock)
    )
    (tmp_path / "cyclades.ini").touch()

    def adopt(*arguments: str) -> str:
        command = ["server", "adopt", *arguments, "-c", str(tmp_path / "cyclades.ini")]
        return CliRunner().invoke(manage, command).output

    whose = ("--project", "admin", "--user", "admin")
    assert "could not be found" in adopt("one", "stranger", "--project", "none", "--user", "admin")
    assert "could not be found" in adopt("none", "stranger", *whose)
    said = adopt("one", "stranger", *whose, "--name", "web")
    assert "stranger is server " in said
    assert "on no network that the project may use" in said
    assert "already" in adopt("one", "stranger", *whose)
