"""What takes over a program that reads tenants' disks has that disk, and no other file."""

from pathlib import Path

import pytest
from cyclades_node.builds.reach import possible
from cyclades_node.builds.tools import ToolFailed, run

pytestmark = pytest.mark.skipif(not possible(), reason="this kernel has no Landlock")


@pytest.mark.parametrize(
    "harm",
    [
        *("echo harm > other", ": > other", "echo harm >> other", "rm other", "mkdir new"),
        *("echo harm > new", "ln -s other new", "ln other new", "mv other new", "mv other disk"),
    ],
)
def test_other_files_stay_as_they_are(tmp_path: Path, harm: str) -> None:
    disk, other = tmp_path / "disk", tmp_path / "other"
    disk.touch()
    other.write_text("the node's")
    run("sh", "-c", f"cd {tmp_path}; echo mine > disk; cat other >/dev/null", writes=[str(disk)])
    with pytest.raises(ToolFailed):
        run("sh", "-c", f"cd {tmp_path}; {harm}", writes=[str(disk)])
    assert sorted(tmp_path.iterdir()) == [disk, other]
    assert (disk.read_text(), other.read_text()) == ("mine\n", "the node's")


def test_files_are_made_in_folders_that_are_named(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    run(
        "sh", "-c", f"echo x > {folder}/y; rm {folder}/y; echo x > {folder}/z", writes=[str(folder)]
    )
    assert [each.name for each in folder.iterdir()] == ["z"]
    with pytest.raises(ToolFailed):
        run("sh", "-c", f"echo x > {tmp_path}/y", writes=[str(folder)])
