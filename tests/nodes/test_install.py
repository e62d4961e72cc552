"""What the installer puts where."""

import ast
import os
import subprocess
from pathlib import Path

import pytest

from tests.nodes.fake_node import PROGRAMS


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for _ in range(2):  # again, as an upgrade does
        subprocess.run(
            [PROGRAMS / "install"], env={**os.environ, "DESTDIR": str(tmp_path)}, check=True
        )
    return tmp_path


def test_all_is_there_and_secrets_are_for_root(root: Path) -> None:
    library = root / "usr" / "lib" / "cyclades"
    for name in ("hook", "watcher", "progress", "ifup", "netd", "image"):
        assert os.access(library / f"cyclades-{name}", os.X_OK)
    sources = {path.relative_to(PROGRAMS) for path in PROGRAMS.rglob("cyclades_node/**/*.py")}
    assert {path.relative_to(library) for path in library.rglob("*.py")} == sources
    definition = root / "usr/share/ganeti/os/cyclades-image"
    for verb in ("create", "export", "import", "rename", "verify"):
        assert os.access(definition / verb, os.X_OK)
    assert (definition / "ganeti_api_version").read_text() == "20\n"
    assert (definition / "parameters.list").stat().st_mode & 0o777 == 0o644
    assert (root / "etc/cyclades/cyclades.conf").stat().st_mode & 0o777 == 0o600
    assert (root / "var/spool/cyclades").stat().st_mode & 0o777 == 0o700
    script = root / "etc/ganeti/kvm-vif-bridge"
    assert script.readlink() == Path("/usr/lib/cyclades/cyclades-ifup")
    assert (root / "etc/systemd/system/cyclades-netd.service").exists()
    hook = root / "etc/ganeti/hooks/instance-add-post.d/50-cyclades"
    assert hook.readlink() == Path("/usr/lib/cyclades/cyclades-hook")


def test_an_upgrade_leaves_the_configuration_alone(root: Path) -> None:
    conf = root / "etc/cyclades/cyclades.conf"
    conf.write_text("ours")
    subprocess.run([PROGRAMS / "install"], env={**os.environ, "DESTDIR": str(root)}, check=True)
    assert conf.read_text() == "ours"


@pytest.mark.parametrize(
    "path", sorted((PROGRAMS / "cyclades_node").rglob("*.py")), ids=lambda path: path.name
)
def test_nodes_with_an_older_python_can_read_it(path: Path) -> None:
    ast.parse(path.read_text(), feature_version=(3, 9))
