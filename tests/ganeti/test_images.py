"""A server from an uploaded image, through the API, on a real cluster with our OS definition."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from cyclades.bootstrap import Application
from cyclades.commands.worker import start_workers
from tests.ganeti.building import OPTIONS, building
from tests.ganeti.cloud import PATIENCE, cloud_over
from tests.ganeti.cluster import GanetiCluster
from tests.harness.api import Client, client_of
from tests.harness.processes import wait_until
from tests.nodes.os.conftest import in_base64
from tests.nodes.os.guests import MEBIBYTE, contents, disk_image, file_system_size, said, tree

pytestmark = [pytest.mark.real_ganeti, pytest.mark.slow, pytest.mark.real_postgres]
IMAGES, COMPUTE = "/image/v2/images", "/compute/v2.1"
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBsRyEeEAHMvXULnmGs3J2x8JbQOfQ1IZSgJmHPsWmRZ one@test"
ALL_EXCLUDED = {"EXCLUDE_ALL_TASKS": "yes"}


@dataclass(frozen=True, slots=True)
class User:
    """What one does over the API."""

    api: Client
    cluster: GanetiCluster

    def upload(self, raw: bytes, disk_format: str, **properties: str) -> str:
        body = {"name": "mine", "disk_format": disk_format, "container_format": "bare"}
        made = self.api.call("POST", IMAGES, body | properties, status=201).json["id"]
        how = {"Content-Type": "application/octet-stream"}
        self.api.call("PUT", f"{IMAGES}/{made}/file", raw, headers=how, status=204)
        return str(made)

    def boot(self, name: str, image: str, **more: Any) -> dict[str, Any]:
        body = {"name": name, "flavorRef": "1", "imageRef": image, **more}
        answer = self.api.call("POST", f"{COMPUTE}/servers", {"server": body}, status=202)
        return dict(answer.json["server"])

    def settled(self, server: dict[str, Any]) -> dict[str, Any]:
        def look() -> dict[str, Any]:
            answer = self.api.call("GET", f"{COMPUTE}/servers/{server['id']}", status=200)
            return dict(answer.json["server"])

        name = server["id"]
        wait_until(lambda: look()["status"] != "BUILD", name, seconds=PATIENCE, pause=0.2)
        return look()

    def disk(self, server: dict[str, Any]) -> Path:
        storage = self.cluster.folder / "shared/srv/shared-file-storage"
        (path,) = (storage / f"cyclades-{server['id']}").iterdir()
        return path


@pytest.fixture
def user(
    ganeti_cluster: GanetiCluster,
    postgres_database_url: str,
    application_maker: Callable[..., Application],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[User]:
    fast = {"poll_fast": 0.3, "poll_slow": 2.0, "scan_interval": 4.0}
    app = application_maker(postgres_database_url, disk_template="sharedfile", **fast)
    ours = replace(ganeti_cluster.connection, options=OPTIONS)
    monkeypatch.setattr(ganeti_cluster, "connection", ours)
    cloud_over(app, {ganeti_cluster.name: ganeti_cluster})
    with building(app, ganeti_cluster.name, ganeti_cluster):
        running = start_workers(app, ("effects", "poller"))
        yield User(client_of(app), ganeti_cluster)
        running.stop(app.queue.wake)


def test_what_was_uploaded_lies_on_the_disk(user: User, tmp_path: Path) -> None:
    image = disk_image(tmp_path / "image", tree(tmp_path / "tree"))
    said("qemu-img", "convert", "-f", "raw", "-O", "qcow2", image, tmp_path / "qcow2")
    untouched = user.upload(image.read_bytes(), "raw", **ALL_EXCLUDED)
    ours = user.upload((tmp_path / "qcow2").read_bytes(), "qcow2")
    key = {"keypair": {"name": "mine", "public_key": KEY}}
    user.api.call("POST", f"{COMPUTE}/os-keypairs", key, status=200)
    motd = {"path": "/etc/motd", "contents": in_base64("hello")}
    as_it_is = user.boot("as-it-is", untouched)
    made_ours = user.boot("made-ours", ours, key_name="mine", personality=[motd])
    for server in (as_it_is, made_ours):
        seen = user.settled(server)
        assert seen["status"] == "ACTIVE", seen
    written = user.disk(as_it_is).read_bytes()[: 24 * MEBIBYTE]
    wanted = hashlib.sha512(image.read_bytes()).hexdigest()
    assert hashlib.sha512(written).hexdigest() == wanted
    disk = user.disk(made_ours)
    assert contents(disk, "/etc/hostname") == "made-ours\n"
    assert KEY in contents(disk, "/root/.ssh/authorized_keys")
    assert contents(disk, "/etc/motd") == "hello"
    assert contents(disk, "/etc/shadow").startswith("root:$6$")
    assert file_system_size(disk) == 1024 - 3
    assert made_ours["adminPass"]
    for secret in (made_ours["adminPass"], as_it_is["adminPass"], KEY.split()[1]):
        assert_kept_nowhere(user.cluster, secret)


def assert_kept_nowhere(cluster: GanetiCluster, secret: str) -> None:
    """Neither in Ganeti's configuration nor in its job files and logs, of any node."""
    for node in cluster.nodes.values():
        for folder in (node.folder / "lib", node.folder / "log"):
            for path in folder.rglob("*"):
                assert not path.is_file() or secret.encode() not in path.read_bytes(), path


def test_why_a_build_failed_is_said_to_its_user(user: User) -> None:
    image = user.upload(b"no room for it".ljust(MEBIBYTE), "raw")
    motd = {"path": "/etc/motd", "contents": in_base64("hello")}
    seen = user.settled(user.boot("failing", image, personality=[motd]))
    assert seen["status"] == "ERROR"
    assert seen["fault"]["message"].startswith("The image's root file system is not ext2")
    wait_until(lambda: not user.cluster.instance_names(), "a clean cluster", seconds=PATIENCE)
