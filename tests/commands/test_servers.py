"""`cyclades-manage server`: operators see where a server is and why."""

import json
from pathlib import Path

from click.testing import CliRunner

from cyclades.commands.main import manage
from tests.harness.compute import ROOM, furnished


def test_where_a_server_is_and_why(application_maker, sqlite_database_url, tmp_path: Path) -> None:
    cloud = furnished(application_maker(sqlite_database_url, **ROOM))
    server = cloud.create(name="web")
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
