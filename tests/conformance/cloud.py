"""A fresh embedded Cyclades, and a workspace in which Tempest knows it."""

import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from string import Template
from typing import Any

from tests.harness.disk_images import qcow2
from tests.harness.processes import dying_with_us
from tests.harness.serving import Installation, embedded

HERE = Path(__file__).parent
TEMPEST = HERE.parents[1] / "var" / "tempest"
PACKAGES = TEMPEST / "lib"
STESTR = """\
[DEFAULT]
test_path={packages}/tempest/test_discover
top_dir={packages}
group_regex=([^\\.]*\\.)*
"""
WEB_IMAGE = "image.qcow2"
# Tempest makes many tenants, each with networks and servers of its own.
SETTINGS = {"log_level": "ERROR", "login_failures": 1000}


@dataclass(frozen=True, slots=True)
class Workspace:
    """A folder with Tempest's configuration and results."""

    home: Path

    def stestr(self, *arguments: str | Path, output: Any = subprocess.PIPE) -> str:
        """Run stestr here; returns what it printed. Failing tests are no error."""
        done = subprocess.run(
            dying_with_us(TEMPEST / "bin" / "stestr", *arguments),
            cwd=self.home,
            env=os.environ | {"TEMPEST_CONFIG_DIR": str(self.home), "PYTHONWARNINGS": "ignore"},
            stdin=subprocess.DEVNULL,
            stdout=output,
            check=False,
        )
        return (done.stdout or b"").decode()


@contextmanager
def workspace(home: Path) -> Iterator[Workspace]:
    """Cyclades runs for as long as the block lasts; `home` keeps what everybody said."""
    cloud_home = home / "cyclades"
    cloud_home.mkdir(parents=True)
    (home / "lock").mkdir()
    (packages,) = PACKAGES.glob("python3.*/site-packages")
    (home / ".stestr.conf").write_text(STESTR.format(packages=packages))
    with web_server(home) as web, embedded(cloud_home, **SETTINGS, **fetched_from(web)) as cloud:
        template = Template((HERE / "tempest.conf").read_text())
        found = facts(cloud, home) | {"web_image": f"http://127.0.0.1:{web}/{WEB_IMAGE}"}
        (home / "tempest.conf").write_text(template.substitute(found))
        made = Workspace(home)
        made.stestr("init")
        yield made


class Silent(SimpleHTTPRequestHandler):
    """It serves files, and tells nobody."""

    def log_message(self, format: str, *args: object) -> None:
        """Not here."""


@contextmanager
def web_server(home: Path) -> Iterator[int]:
    """The port of a web server that has an image."""
    folder = home / "web"
    folder.mkdir()
    (folder / WEB_IMAGE).write_bytes(qcow2(bytes(4096)))
    handler = partial(Silent, directory=folder)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


def fetched_from(port: int) -> dict[str, str]:
    """The settings that let users have images fetched from there."""
    return {
        "web_download_schemes": "http https",
        "web_download_ports": str(port),
        "web_download_allowed": "127.0.0.1/32",
    }


def facts(cloud: Installation, home: Path) -> dict[str, object]:
    """What Tempest cannot find out by itself."""
    admin = cloud.account("admin")
    session = admin.session()

    def found(path: str, noun: str) -> list[dict[str, Any]]:
        answer = session.get(f"{cloud.url}{path}", timeout=30)
        answer.raise_for_status()
        items: list[dict[str, Any]] = answer.json()[noun]
        return items

    flavors = sorted(found("/compute/v2.1/flavors/detail", "flavors"), key=lambda f: f["ram"])
    (image,) = found("/image/v2/images", "images")
    extensions = found("/network/v2.0/extensions", "extensions")
    (network,) = found("/network/v2.0/networks?name=public", "networks")
    return {
        "home": home,
        "auth_url": admin.auth_url,
        "admin": admin.username,
        "password": admin.password,
        "project": admin.project,
        "flavor": flavors[0]["id"],
        "other_flavor": flavors[1]["id"],
        "image": image["id"],
        "other_image": another_image(session, f"{cloud.url}/image/v2/images"),
        "network": network["id"],
        "extensions": ",".join(extension["alias"] for extension in extensions),
    }


def another_image(session: Any, url: str) -> str:
    """Tests that rebuild or compare want two images."""
    wanted = {
        "name": "another",
        "disk_format": "raw",
        "container_format": "bare",
        "visibility": "public",
    }
    answer = session.post(url, json=wanted, timeout=30)
    answer.raise_for_status()
    made: str = answer.json()["id"]
    session.put(
        f"{url}/{made}/file",
        data=bytes(65536),
        headers={"Content-Type": "application/octet-stream"},
        timeout=30,
    ).raise_for_status()
    return made
