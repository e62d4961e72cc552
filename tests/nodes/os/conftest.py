"""An instance as Ganeti makes one: disks that are files, an environment, and a script run."""

import base64
import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.nodes.fake_node import PROGRAMS
from tests.nodes.os.desk import KEY, TICKET, FakeDesk, serving
from tests.nodes.os.guests import DEFINITION, MEBIBYTE

INSTANCE = "cyclades-server-1"
PASSWORD = "a canary of a password"


@dataclass(slots=True)
class FakeInstance:
    """`said` is what the last script printed; `disks` are its files."""

    home: Path
    desk: FakeDesk
    disks: list[Path] = field(default_factory=list)
    said: str = ""
    hypervisor: str = "fake"

    def add_disk(self, mebibytes: int) -> Path:
        folder = self.home / "storage" / INSTANCE
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"disk{len(self.disks)}"
        with path.open("wb") as disk:
            disk.truncate(mebibytes * MEBIBYTE)
        self.disks.append(path)
        return path

    def run(self, script: str, **more: str) -> int:
        """As Ganeti runs it: a new environment, and the definition's folder to be in."""
        lines = ["[cyclades]", "cluster = cluster-1", "brokers = amqp://u:p@127.0.0.1:1/"]
        lines += [f"api = {self.desk.url}", f"node_key = {KEY}", f"builds = {self.home}/builds"]
        (self.home / "cyclades.conf").write_text("\n".join(lines) + "\n")
        environment = {
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
            "OS_API_VERSION": "20",
            "OS_VARIANT": "default",
            "INSTANCE_NAME": INSTANCE,
            "HYPERVISOR": self.hypervisor,
            "DISK_COUNT": str(len(self.disks)),
            **{f"DISK_{index}_PATH": str(path) for index, path in enumerate(self.disks)},
            "CYCLADES_LIBRARY": str(PROGRAMS),
            "CYCLADES_CONF": str(self.home / "cyclades.conf"),
        }
        done = subprocess.run(
            [DEFINITION / script],
            env=environment | more,
            cwd=DEFINITION,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        self.said = done.stdout
        return done.returncode

    def create(self, files: list[Any] | None = None, **guest: Any) -> int:
        """Run `create`; nothing secret is in what it printed, whatever happened."""
        said = {"hostname": "web1", "admin_password": PASSWORD, **guest}
        parameters = {"OSP_TICKET": TICKET, "OSP_GUEST": json.dumps(said)}
        if files:
            parameters["OSP_FILES"] = json.dumps(files)
        code = self.run("create", **parameters)
        for secret in (PASSWORD, TICKET, KEY):
            assert secret not in self.said
        left = self.home / "builds"
        assert not left.exists() or not list(left.iterdir())
        return code

    @property
    def reason(self) -> str:
        """The last line: why it failed, for the user."""
        return self.said.splitlines()[-1].removeprefix("cyclades-image: ")


@pytest.fixture
def desk() -> Iterator[FakeDesk]:
    with serving(FakeDesk({"instance": INSTANCE})) as desk:
        yield desk


@pytest.fixture
def instance(tmp_path: Path, desk: FakeDesk) -> FakeInstance:
    return FakeInstance(tmp_path, desk)


def in_base64(text: str | bytes) -> str:
    return base64.b64encode(text.encode() if isinstance(text, str) else text).decode()
