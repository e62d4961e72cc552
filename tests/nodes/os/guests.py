"""Images made for tests, and a look inside disks that no kernel has mounted."""

import subprocess
from pathlib import Path

from tests.nodes.fake_node import PROGRAMS

MEBIBYTE = 2**20
START = 2 * MEBIBYTE
CLEAN = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C"}
DEFINITION = PROGRAMS / "os" / "cyclades-image"
TREE = {
    "etc/hostname": "image\n",
    "etc/hosts": "127.0.0.1\tlocalhost\n127.0.1.1\timage\n",
    "etc/passwd": "root:x:0:0:root:/root:/bin/bash\nuser:x:1000:1000::/home/user:/bin/sh\n",
    "etc/shadow": "root:*:19000:0:99999:7:::\nuser:!:19000:0:99999:7:::\n",
    "etc/machine-id": f"{'a' * 32}\n",
    "etc/resolv.conf": "nameserver 192.0.2.1\n",
    "etc/network/interfaces": "source /etc/network/interfaces.d/*\n",
    "etc/network/interfaces.d/none": "",
    "etc/ssh/ssh_host_rsa_key": "the image's own",
    "etc/ssh/ssh_host_rsa_key.pub": "the image's own",
    "etc/ssh/sshd_config": "",
    "etc/systemd/system/none": "",
    "usr/bin/ssh-keygen": "",
    "home/user/.profile": "",
    "root/.profile": "",
}


def tree(folder: Path, **links: str) -> Path:
    """A small Debian as far as builds look; `links` are symbolic ones, path by target."""
    for path, contents in TREE.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(contents)
    for target, path in links.items():
        (folder / path).symlink_to(target)
    return folder


def disk_image(path: Path, root: Path, mebibytes: int = 24, label: str = "gpt") -> Path:
    """An image with a partition table, something before the root partition, and ext4."""
    with path.open("wb") as image:
        image.truncate(mebibytes * MEBIBYTE)
    table = f"label: {label}\nstart=2048, size=2048\nstart=4096\n"
    subprocess.run(["sfdisk", "-q", path], input=table, text=True, check=True, env=CLEAN)
    file_system(path, root, mebibytes - 3, START)
    return path


def file_system(path: Path, root: Path, mebibytes: int, start: int) -> None:
    how = ("-q", "-F", "-t", "ext4", "-d", str(root), "-E", f"offset={start},root_owner=0:0")
    command = ["mke2fs", *how, str(path), f"{mebibytes}m"]
    subprocess.run(command, check=True, env=CLEAN, capture_output=True)


def said(*command: str | Path) -> str:
    """What a command printed."""
    done = subprocess.run(command, check=True, env=CLEAN, capture_output=True, text=True)
    return done.stdout


def ask(disk: Path, question: str, start: int = START) -> str:
    """What debugfs says."""
    return said("debugfs", "-R", question, f"{disk}?offset={start}")


def contents(disk: Path, path: str, start: int = START) -> str:
    return ask(disk, f'cat "{path}"', start)


def owner(disk: Path, path: str, start: int = START) -> str:
    """As `mode uid gid`."""
    said = ask(disk, f'stat "{path}"', start).split()
    return " ".join(said[said.index(word) + 1] for word in ("Mode:", "User:", "Group:"))


def is_sound(disk: Path, start: int = START) -> bool:
    command = ["e2fsck", "-f", "-n", f"{disk}?offset={start}"]
    return subprocess.run(command, check=False, env=CLEAN, capture_output=True).returncode == 0


def file_system_size(disk: Path, start: int = START) -> int:
    """In MiB."""
    lines = dict(line.partition(":")[::2] for line in ask(disk, "stats", start).splitlines())
    return int(lines["Block count"]) * int(lines["Block size"]) // MEBIBYTE
