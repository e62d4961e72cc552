"""What confined processes cannot do."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from cyclades.adapters.inspection import inspector
from cyclades.domain.model.image_formats import WrongFormat

LOOKING = "confine(seconds=1, memory=256 << 20, file_size=0, files=0)"
CONVERTING = "confine(seconds=1, memory=256 << 20, file_size=10, files=64)"
CONFINED = "import socket, os\nfrom cyclades.adapters.inspection.limits import confine\n"


def tried(limits: str, deed: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-I", "-c", f"{CONFINED}{limits}\n{deed}\nprint('done')"],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


@pytest.mark.parametrize(
    ("limits", "deed"),
    [
        (LOOKING, "open('/etc/passwd')"),
        (LOOKING, "socket.socket()"),
        (LOOKING, "bytearray(1 << 30)"),
        (LOOKING, "while True: pass"),
        (
            CONVERTING,
            "open({path!r}, 'wb', 0).write(bytes(10)); open({path!r}, 'ab', 0).write(bytes(10))",
        ),
        (CONVERTING, "socket.create_connection(('127.0.0.1', {port}), 3)"),
    ],
    ids=["files", "sockets", "memory", "time", "space", "network"],
)
def test_out_of_reach(tmp_path: Path, limits: str, deed: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        done = tried(limits, deed.format(path=str(tmp_path / "made"), port=port))
    assert done.returncode
    assert "done" not in done.stdout


def test_nothing_stands_in_the_way_of_a_look() -> None:
    assert tried(LOOKING, "os.write(1, bytes(10))").returncode == 0


def test_one_that_takes_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    spinning = f"{CONFINED}{LOOKING}\nwhile True: pass"
    monkeypatch.setattr(inspector, "COMMAND", (sys.executable, "-I", "-c", spinning))
    with pytest.raises(WrongFormat, match="too much"):
        inspector.SandboxedInspector().virtual_size("raw", 5, lambda *_: b"")


def test_one_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inspector, "SECONDS", 0.3)
    hanging = "import time; time.sleep(60)"
    monkeypatch.setattr(inspector, "COMMAND", (sys.executable, "-I", "-c", hanging))
    with pytest.raises(WrongFormat, match="too much"):
        inspector.SandboxedInspector().virtual_size("raw", 5, lambda *_: b"")


def test_one_that_asks_for_ever_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    asking = "while True: print('0 1048576', flush=True)"
    monkeypatch.setattr(inspector, "COMMAND", (sys.executable, "-I", "-c", asking))
    with pytest.raises(WrongFormat, match="too much"):
        inspector.SandboxedInspector().virtual_size("raw", 5, lambda *_: b"")
