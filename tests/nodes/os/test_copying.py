"""A disk becomes another's copy, or is sent away; a running guest stands still meanwhile."""

import hashlib
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from cyclades_node.builds import copying, pausing
from cyclades_node.builds.disk import open_disk
from cyclades_node.builds.orders import Source
from cyclades_node.builds.telling import Telling
from cyclades_node.builds.trouble import BuildFailed

from cyclades.domain.model.job_errors import MOVED_AWAY
from tests.harness.processes import wait_until
from tests.nodes.fake_node import PROGRAMS
from tests.nodes.os.conftest import FakeInstance
from tests.nodes.os.desk import FakeDesk
from tests.nodes.os.guests import MEBIBYTE, said

BYTES = os.urandom(MEBIBYTE) + bytes(2 * MEBIBYTE) + os.urandom(MEBIBYTE)


def source(instance: FakeInstance, contents: bytes = BYTES) -> Path:
    path = instance.home / "storage" / "another" / "disk0"
    path.parent.mkdir(parents=True)
    path.write_bytes(contents)
    return path


def test_a_disk_is_copied_and_its_rest_is_zeros(instance: FakeInstance, desk: FakeDesk) -> None:
    disk = instance.add_disk(6)
    disk.write_bytes(b"x" * 6 * MEBIBYTE)
    path = source(instance)
    desk.orders["copy"] = {"instance": "another", "name": "d", "path": str(path)}
    assert instance.create() == 0, instance.said
    assert disk.read_bytes() == BYTES + bytes(2 * MEBIBYTE)
    assert disk.stat().st_blocks * 512 < 3 * MEBIBYTE


def test_a_large_disk_may_take_its_time(
    instance: FakeInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    terabyte, given = 2**40, []
    disk, path = instance.add_disk(1), source(instance, b"")
    for each in (disk, path):
        os.truncate(each, terabyte)
    monkeypatch.setattr(copying, "run", lambda *_, **how: given.append(how["patience"]))
    with open_disk(str(disk)) as target, closing(Telling("another")) as telling:
        copying.copy(target, Source("another", str(path)), telling)
    # At 50 MB a second.
    assert given[0] > terabyte / 50_000_000


@pytest.mark.parametrize("trick", ["outside", "link", "missing", "large"])
def test_what_is_no_disk_of_the_cluster_is_not_copied(
    instance: FakeInstance, desk: FakeDesk, trick: str
) -> None:
    disk = instance.add_disk(6)
    path, secret = source(instance, bytes(8 * MEBIBYTE)), instance.home / "secret"
    secret.write_text("of the node")
    (path.parent / "link").symlink_to(secret)
    paths = {"outside": secret, "link": path.parent / "link", "missing": path / "x", "large": path}
    desk.orders["copy"] = {"instance": "another", "name": "d", "path": str(paths[trick])}
    assert instance.create() == 1
    said = "disk is too small" if trick == "large" else "disk to copy cannot be read"
    assert said in instance.reason
    assert disk.read_bytes() == bytes(6 * MEBIBYTE)


@pytest.mark.parametrize("disk_format", ["raw", "qcow2"])
def test_a_disk_is_sent(
    instance: FakeInstance, desk: FakeDesk, tmp_path: Path, disk_format: str
) -> None:
    instance.add_disk(6)
    desk.orders["copy"] = {"instance": "another", "name": "d", "path": str(source(instance))}
    desk.orders["save"] = {"disk_format": disk_format}
    assert instance.create() == 0, instance.said
    assert desk.saved_as["disk_format"] == [disk_format]
    assert desk.saved_as["sha512"] == [hashlib.sha512(desk.saved).hexdigest()]
    saved, plain = tmp_path / "saved", tmp_path / "plain"
    saved.write_bytes(desk.saved)
    said("qemu-img", "convert", "-f", disk_format, "-O", "raw", saved, plain)
    assert plain.read_bytes() == BYTES + bytes(2 * MEBIBYTE)
    assert (len(desk.saved) < 3 * MEBIBYTE) == (disk_format == "qcow2")


class Qemu:
    """Answers QMP, one conversation at a time; `said` are the commands that counted."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "another.qmp"
        self.status = "running"
        self.said: list[str] = []
        self.silent = ""  # the command that it does, and says nothing of
        self._listening = socket.socket(socket.AF_UNIX)
        self._listening.bind(str(self.path))
        self._listening.listen()
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                talking, _ = self._listening.accept()
            except OSError:
                return
            with talking, talking.makefile("rwb") as lines:
                self._talk(lines)

    def _talk(self, lines: Any) -> None:
        lines.write(b'{"QMP": {}}\n')
        lines.flush()
        while line := lines.readline():
            command = json.loads(line)["execute"]
            if command in {"stop", "cont"}:
                self.status = "paused" if command == "stop" else "running"
                self.said.append(command)
            if command == self.silent:
                return
            lines.write(b'{"event": "SOMETHING"}\n')
            lines.write(json.dumps({"return": {"status": self.status}}).encode() + b"\n")
            lines.flush()

    def close(self) -> None:
        if self._listening.fileno() < 0:
            return
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()


@pytest.fixture
def qemu(tmp_path: Path) -> Iterator[Qemu]:
    qemu = Qemu(tmp_path)
    yield qemu
    qemu.close()


def test_a_guest_stands_still_meanwhile(qemu: Qemu, tmp_path: Path) -> None:
    with pausing.paused("another", tmp_path):
        assert qemu.status == "paused"
    assert qemu.said == ["stop", "cont"]
    with pytest.raises(KeyError), pausing.paused("another", tmp_path):
        raise KeyError
    assert qemu.status == "running"


def test_a_guest_whose_stop_was_not_confirmed_goes_on(qemu: Qemu, tmp_path: Path) -> None:
    qemu.silent = "stop"
    with pytest.raises(BuildFailed, match="not be paused"), pausing.paused("another", tmp_path):
        pass
    assert qemu.said == ["stop", "cont"]


def test_a_guest_that_its_user_paused_stays_so(qemu: Qemu, tmp_path: Path) -> None:
    qemu.status = "paused"
    with pausing.paused("another", tmp_path):
        pass
    assert qemu.said == []


def test_a_guest_goes_on_when_we_are_killed(qemu: Qemu, tmp_path: Path) -> None:
    script = (
        f"import sys, time; sys.path.insert(0, {str(PROGRAMS)!r})\n"
        "from pathlib import Path; from cyclades_node.builds.pausing import paused\n"
        f"with paused('another', Path({str(tmp_path)!r})):\n    time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", script]) as running:
        wait_until(lambda: qemu.status == "paused", "a pause")
        running.kill()
    wait_until(lambda: qemu.status == "running", "a guest that goes on")


def test_a_guest_does_not_stand_for_ever(qemu: Qemu, monkeypatch: pytest.MonkeyPatch) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs, theirs.makefile("r") as never, monkeypatch.context() as patch:
        patch.setattr(sys, "stdin", never)
        assert pausing.keep_paused(qemu.path, longest=0.05) == pausing.LATE
    assert qemu.said == ["stop", "cont"]


def test_a_qemu_that_is_gone_needs_no_pause(qemu: Qemu, tmp_path: Path) -> None:
    qemu.close()
    with pausing.paused("another", tmp_path):
        pass
    with pausing.paused("no-such", tmp_path):
        pass


def test_a_guest_that_runs_elsewhere_is_not_copied_from(qemu: Qemu, tmp_path: Path) -> None:
    with pausing.paused("another", tmp_path, runs=True):
        assert qemu.status == "paused"
    qemu.close()
    for instance in ("another", "no-such"):
        elsewhere = pausing.paused(instance, tmp_path, runs=True)
        with pytest.raises(BuildFailed) as refused, elsewhere:
            pass
        assert str(refused.value) == MOVED_AWAY


def test_only_guests_of_kvm_are_known_to_run_elsewhere(
    instance: FakeInstance, desk: FakeDesk
) -> None:
    disk, path = instance.add_disk(6), source(instance)
    desk.orders["copy"] = {"instance": "another", "name": "d", "path": str(path), "runs": True}
    instance.hypervisor = "kvm"
    assert instance.create() == 1
    assert instance.reason == MOVED_AWAY
    assert disk.read_bytes() == bytes(6 * MEBIBYTE)
    instance.hypervisor = "fake"
    assert instance.create() == 0, instance.said


def test_a_qemu_that_does_not_answer_is_not_copied_from(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as broken:
        broken.bind(str(tmp_path / "broken.qmp"))
        broken.listen()

        def hang_up() -> None:
            broken.accept()[0].close()

        answering = threading.Thread(target=hang_up)
        answering.start()
        with pytest.raises(BuildFailed, match="not be paused"), pausing.paused("broken", tmp_path):
            pass
        answering.join()
