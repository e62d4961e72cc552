"""Serving: embedded, by pserve and by granian; started, started again, ended."""

import os
import signal
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
import yaml

from tests.harness.processes import free_port, wait_until
from tests.harness.serving import PROGRAMS, Installation, embedded

pytestmark = pytest.mark.slow


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[Installation]:
    with embedded(tmp_path) as made:
        yield made


def answers(url: str) -> bool:
    try:
        return requests.get(f"{url}/identity/v3", timeout=2).status_code == 200
    except (requests.ConnectionError, requests.Timeout):
        return False


def test_the_first_run_makes_what_a_user_needs(cloud: Installation) -> None:
    path = cloud.home / "clouds.yaml"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert set(yaml.safe_load(path.read_text())["clouds"]) == {"demo", "admin"}
    demo = cloud.account("demo").session()
    images = demo.get(f"{cloud.url}/image/v2/images", timeout=30).json()["images"]
    assert [image["name"] for image in images] == ["blank"]
    flavors = demo.get(f"{cloud.url}/compute/v2.1/flavors", timeout=30).json()["flavors"]
    assert "m1.tiny" in {flavor["name"] for flavor in flavors}
    subnets = demo.get(f"{cloud.url}/network/v2.0/subnets", timeout=30).json()["subnets"]
    assert {subnet["ip_version"] for subnet in subnets} == {4, 6}


def test_it_ends_when_told_and_starts_again_with_the_same_passwords(cloud: Installation) -> None:
    before = (cloud.home / "clouds.yaml").read_text()
    process = cloud.processes["serve"]
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=30) == 0
    cloud.serve(name="again")
    assert (cloud.home / "clouds.yaml").read_text() == before
    assert cloud.account("demo").session()


def test_pserve_serves_the_same_api(cloud: Installation) -> None:
    port = free_port()
    ini = cloud.home / "pserve.ini"
    server = f"\n[server:main]\nuse = egg:waitress#main\nlisten = 127.0.0.1:{port}\n"
    ini.write_text(cloud.ini.read_text() + server)
    cloud.start("pserve", PROGRAMS / "pserve", ini)
    wait_until(lambda: answers(f"http://127.0.0.1:{port}"), "pserve", seconds=60)


def test_granian_serves_the_same_api(cloud: Installation) -> None:
    port = free_port()
    cloud.start(
        "granian", "env", f"CYCLADES_CONFIG={cloud.ini}", f"PATH={os.environ['PATH']}",
        PROGRAMS / "granian", "--interface", "wsgi", "--factory", "--port", str(port),
        "cyclades.commands.api:application",
    )  # fmt: skip
    wait_until(lambda: answers(f"http://127.0.0.1:{port}"), "granian", seconds=60)
