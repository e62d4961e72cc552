"""`cyclades-manage router`: operators see which host carries what."""

import json
from pathlib import Path

from click.testing import CliRunner

from cyclades.bootstrap import Application
from cyclades.commands import ini as files
from cyclades.commands.main import manage
from cyclades.domain.model.router import WantedRouter
from cyclades.workers.router import RouterWorker
from tests.harness.api import CALLERS


def made(app: Application) -> str:
    wanted = WantedRouter("way-out")
    return app.atomically(lambda unit: unit.routers.create(CALLERS["member"], wanted).id)


def test_what_operators_see_and_do(ini: Path) -> None:
    ini.write_text(ini.read_text() + "cyclades.gateway_hosts = gateway spare\n")

    def run(*arguments: str) -> str:
        return CliRunner().invoke(manage, ["router", *arguments, "-c", str(ini)]).output

    app = files.application(ini)
    router_id = made(app)
    (listed,) = json.loads(run("list", "--json"))
    assert (listed["id"], listed["host"], listed["applied"]) == (router_id, "gateway", "waiting")
    assert listed["reported"] == "never"
    worker = RouterWorker(app)
    worker.turn()
    (listed,) = json.loads(run("list", "--json"))
    assert (listed["status"], listed["applied"], listed["trouble"]) == ("ACTIVE", "yes", "none")
    assert "way-out" in run("list")
    shown = json.loads(run("show", router_id, "--json"))
    assert shown["wanted"]["id"] == router_id
    assert "gateway" in run("show", router_id)
    assert "could not be found" in run("show", "none")
    assert "spare from now on" in run("move", router_id, "spare")
    assert "not among the gateway hosts" in run("move", router_id, "nowhere")
    (listed,) = json.loads(run("list", "--json"))
    assert (listed["host"], listed["applied"]) == ("spare", "waiting")
    worker.close()
    app.close()
