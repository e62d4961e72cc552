"""What the scripts made boots, and its console asks for a login by the server's name."""

import os
import pty
import select
import subprocess
import time
from pathlib import Path

import pytest

from tests.nodes.os.bootable import bootable_image
from tests.nodes.os.conftest import PASSWORD, FakeInstance
from tests.nodes.os.desk import FakeDesk

PATIENCE = 150  # seconds: an emulated machine takes its time
KEY = "ssh-ed25519 AAAAC3Nza one@test"


class Console:
    """A guest's serial line. `seen` is all that it wrote."""

    def __init__(self, disk: Path) -> None:
        self._line, theirs = pty.openpty()
        # Not kvm: inside another virtual machine it may not run what boot loaders do.
        command = ["qemu-system-x86_64", "-accel", "tcg", "-nodefaults", "-display", "none"]
        command += ["-m", "192"]
        command += ["-drive", f"file={disk},format=raw,if=virtio", "-serial", "stdio"]
        self._qemu = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs)
        os.close(theirs)
        self.seen, self._read = "", 0

    def until(self, text: str) -> None:
        """Read on until this comes, after what came before."""
        deadline = time.monotonic() + PATIENCE
        while text not in self.seen[self._read :]:
            left = deadline - time.monotonic()
            if left < 0 or not select.select([self._line], [], [], left)[0]:
                pytest.fail(f"no {text!r} on the console:\n{self.seen[-2000:]}")
            try:
                said = os.read(self._line, 65536).decode(errors="replace")
            except OSError:
                pytest.fail(f"the guest is gone before {text!r}:\n{self.seen[-2000:]}")
            self.seen += said.replace("\r", "")
        self._read = self.seen.index(text, self._read) + len(text)

    def type(self, line: str) -> None:
        os.write(self._line, f"{line}\n".encode())

    def close(self) -> None:
        self._qemu.kill()
        self._qemu.wait()
        os.close(self._line)


@pytest.mark.slow
def test_the_console_shows_the_login_prompt_with_the_servers_name(
    instance: FakeInstance, desk: FakeDesk, tmp_path: Path
) -> None:
    disk = instance.add_disk(256)
    desk.offer(bootable_image(tmp_path).read_bytes())
    desk.orders["customise"] = True
    assert instance.create(hostname="web1", public_keys=[KEY]) == 0, instance.said
    console = Console(disk)
    try:
        console.until("web1 login:")
        console.type("root")
        console.until("Password:")
        console.type(PASSWORD)
        console.until("# ")
        # The guest's own kernel finds all of the disk, and the key.
        console.type("df -m / | grep -c ' 1[5-9][0-9] '; cat /root/.ssh/authorized_keys")
        console.until("\n1\n")
        console.until(KEY)
    finally:
        console.close()
