"""The files that a cluster's nodes find below /etc, /srv and /var."""

import shutil
from collections.abc import Sequence
from pathlib import Path

from tests.ganeti.node import Node, run

OURS = Path(__file__).with_name("node_files")
REPORTING = Path(__file__).parents[2] / "config" / "ganeti"
MEMORY_GIB = 1024
CPUS = 256
ETC_DEFAULT = """\
NODED_ARGS="--no-mlock"
RAPI_ARGS="-b 0.0.0.0 --require-authentication"
"""
SSHD = """\
HostKey /etc/ssh/ssh_host_rsa_key
HostKey /etc/ssh/ssh_host_ecdsa_key
PermitRootLogin prohibit-password
PasswordAuthentication no
UsePAM no
PidFile /run/sshd.pid
MaxStartups 100
"""
PROVIDER = "files"  # of the disk template "ext"
VERBS = (
    *("create", "attach", "detach", "remove", "grow"),
    *("setinfo", "verify", "snapshot", "open", "close"),
)
HOOKED = (
    *(f"instance-{verb}" for verb in ("add", "start", "stop", "reboot", "modify", "remove")),
    *(f"network-{verb}" for verb in ("add", "remove", "connect", "disconnect")),
)


def write_shared_files(folder: Path, name: str, address: str, nodes: Sequence[Node]) -> None:
    """What all nodes of a cluster see alike: storage, OS definition, ssh keys, host names."""
    for part in ("file-storage", "shared-file-storage", "images", "os"):
        (folder / "srv" / part).mkdir(parents=True)
    shutil.copytree(OURS / "os", folder / "srv" / "os" / "test-image")
    write_provider(folder / "srv" / "extstorage" / PROVIDER)
    root_ssh, etc_ssh = folder / "root-ssh", folder / "etc-ssh"
    root_ssh.mkdir(mode=0o700)
    etc_ssh.mkdir()
    make_key(root_ssh / "id_rsa", "rsa")
    shutil.copy(root_ssh / "id_rsa.pub", root_ssh / "authorized_keys")
    for kind in ("rsa", "ecdsa"):
        make_key(etc_ssh / f"ssh_host_{kind}_key", kind)
    (etc_ssh / "sshd_config").write_text(SSHD)
    (etc_ssh / "ssh_config").write_text("Host *\n  StrictHostKeyChecking accept-new\n")
    hosts = ["127.0.0.1 localhost", f"{address} {name}"]
    hosts += [f"{node.address} {node.fqdn} {node.name}" for node in nodes]
    (folder / "hosts").write_text("\n".join(hosts) + "\n")
    (folder / "resolv.conf").touch()


def write_provider(folder: Path) -> None:
    """Where Ganeti looks for it: one script, by the name of each verb."""
    shutil.copytree(OURS / "extstorage", folder)
    for verb in VERBS:
        (folder / verb).symlink_to("provider")


def free_devices(folder: Path) -> None:
    """What the provider's disks are mapped to belongs to the machine, and outlives the nodes."""
    for disk in (folder / "srv" / "ext").glob("*.ext.*"):
        for device in run("losetup", "--noheadings", "-O", "NAME", "-j", disk).split():
            run("losetup", "--detach", device)


def write_node_files(node: Node, rapi_user: str, rapi_password: str) -> None:
    """What a node has for itself: configuration, hooks, and the machine it claims to be."""
    folder = node.folder
    (folder / "lib" / "rapi").mkdir(parents=True)
    users = folder / "lib" / "rapi" / "users"
    users.write_text(f"{rapi_user} {rapi_password} write\n")
    (folder / "log" / "extstorage").mkdir(parents=True)
    etc = folder / "etc"
    shutil.copytree("/etc/ganeti", etc, symlinks=True)
    (etc / "file-storage-paths").write_text(
        "/srv/ganeti/file-storage\n/srv/ganeti/shared-file-storage\n"
    )
    for operation in HOOKED:
        hooks = etc / "hooks" / f"{operation}-post.d"
        hooks.mkdir(parents=True, exist_ok=True)
        shutil.copy(OURS / "hooks" / "log", hooks / "50-log")
    (folder / "default").write_text(ETC_DEFAULT)
    install_reporting(folder)
    write_proc(folder)


def install_reporting(folder: Path) -> None:
    """Our own hook, watcher and progress, silent as long as they have no configuration."""
    root = folder / "root"
    run("env", f"DESTDIR={root}", REPORTING / "install")
    (root / "etc" / "cyclades" / "cyclades.conf").unlink()
    hooks = "etc/ganeti/hooks"
    shutil.copytree(root / hooks, folder / "etc" / "hooks", symlinks=True, dirs_exist_ok=True)


def write_proc(folder: Path) -> None:
    total, active = MEMORY_GIB * 2**20, 2**19
    figures = {
        "MemTotal": total,
        "MemFree": total - active,
        "Buffers": 0,
        "Cached": 0,
        "Active": active,  # without it Ganeti takes the node's memory for unknown
        "SwapTotal": 0,
        "SwapFree": 0,
    }
    (folder / "meminfo").write_text(
        "".join(f"{name}: {kib:>15} kB\n" for name, kib in figures.items())
    )
    (folder / "cpuinfo").write_text(
        "".join(f"processor\t: {cpu}\ncore id\t: {cpu}\n\n" for cpu in range(CPUS))
    )


def make_key(path: Path, kind: str) -> None:
    run("ssh-keygen", "-q", "-t", kind, "-N", "", "-C", "cyclades tests", "-f", path)
