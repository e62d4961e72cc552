"""`cyclades-manage cluster hooks`: what it prints works as it is, and its check tells the truth."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from cyclades_node.conf import read_conf

from cyclades.bootstrap import Application
from cyclades.commands import ini as ini_module
from cyclades.commands.main import manage
from tests.contracts.clusters import rapi, simulated
from tests.harness.processes import dying_with_us

BROKER = "amqps://cyclades:hidden@broker.test:5671/cloud;amqps://cyclades:hidden@second.test/cloud"


@pytest.fixture
def ini(ini: Path) -> Path:
    """An installation with a broker and a cluster, prod1."""
    with ini.open("a") as file:
        file.write(f"cyclades.hints = amqp\ncyclades.broker_url = {BROKER}\n")
    with rapi(simulated()) as (_server, link):
        added = run(ini, "add", "prod1", "--endpoint", link.endpoint, "--username", link.username,
                    "--password", link.password, "--fingerprint", link.fingerprint)  # fmt: skip
        assert added.exit_code == 0, added.output
    return ini


def run(path: Path, *arguments: str) -> Result:
    return CliRunner().invoke(manage, ["cluster", *arguments, "-c", str(path)])


def id_of(app: Application) -> str:
    with app.reader() as unit:
        return unit.clusters.by_name("prod1").connection.id


def test_what_it_prints_can_be_used(
    ini: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = run(ini, "hooks", "prod1")
    assert said.exit_code == 0
    cluster_id = id_of(ini_module.application(ini))
    conf = re.search(r"<<'END'\n(.*)END\n", said.output, re.DOTALL)
    assert conf
    (tmp_path / "cyclades.conf").write_text(conf.group(1))
    monkeypatch.setenv("CYCLADES_CONF", str(tmp_path / "cyclades.conf"))
    read = read_conf()
    assert read.cluster == cluster_id
    password = re.search(rf"add_user ganeti-{cluster_id} '(.+)'", said.output)
    assert password
    nodes = f"amqps://ganeti-{cluster_id}:{password.group(1)}"
    assert read.brokers == (f"{nodes}@broker.test:5671/cloud", f"{nodes}@second.test/cloud")
    assert f"ganeti-{cluster_id} '^$' '^cyclades\\.ganeti$' '^$'" in said.output
    assert f"cyclades.ganeti '^ganeti\\.{cluster_id}$' '^$'" in said.output
    assert "-p 'cloud'" in said.output
    assert "hidden" not in said.output
    assert password.group(1) not in run(ini, "hooks", "prod1").output


def test_without_a_broker_it_says_so(ini: Path) -> None:
    ini.write_text(re.sub("cyclades.(hints|broker_url) = .*\n", "", ini.read_text()))
    said = run(ini, "hooks", "prod1")
    assert "make it amqp first" in said.output
    assert "broker.example.org" in said.output


def test_a_test_event_that_arrives_is_noticed(ini: Path) -> None:
    program = Path(sys.executable).with_name("cyclades-manage")
    command = (program, "cluster", "hooks", "prod1", "--check", "--timeout", "60", "-c", ini)
    app = ini_module.application(ini)
    with subprocess.Popen(
        dying_with_us(*command), stdout=subprocess.PIPE, text=True, bufsize=1
    ) as checking:
        assert checking.stdout is not None
        found = None
        while not found:
            found = re.search(r"cyclades-watcher --test (\S+)", checking.stdout.readline())
        token = found.group(1)
        now, cluster_id = app.clock.now(), id_of(app)
        app.atomically(lambda unit: unit.clusters.note_heard(cluster_id, now, token))
        assert "Heard" in checking.stdout.read()
    assert checking.returncode == 0
    app.close()


def test_silence_is_an_error_that_says_where_to_look(ini: Path) -> None:
    said = run(ini, "hooks", "prod1", "--check", "--timeout", "0.3")
    assert said.exit_code == 1
    assert "Nothing was heard within 0.3 seconds" in said.output
    assert "updates worker" in said.output


def test_an_unknown_cluster_is_said_to_be(ini: Path) -> None:
    assert "could not be found" in run(ini, "hooks", "nowhere").output
