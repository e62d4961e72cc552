"""Process 1 of a Ganeti node: gives a fresh set of namespaces the node's own file systems.

Run by the system's Python under `unshare` as: node_init.py NODE_FOLDER SHARED_FOLDER FQDN.
Writes NODE_FOLDER/pid (as the host sees it) once all is in place, then reaps orphans for ever.
"""

import os
import signal
import subprocess
import sys
from pathlib import Path

# The wire between nodes, and the links that settings name by default.
BRIDGES = ("gntbr", "snf_public", "prv0", "prv1", "prv2", "prv3", "prv4", "prv5")


def run(*command: str) -> None:
    subprocess.run(command, check=True)


def mount_own_files(node: Path, shared: Path) -> None:
    """Lay the node's folders over the host's."""
    run("mount", "--make-rprivate", "/")
    run("mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", "/run")
    for folder in ("sshd", "ganeti", "user"):
        Path("/run", folder).mkdir()
    Path("/run/lock").mkdir()
    Path("/run/lock").chmod(0o1777)
    over = {
        node / "lib": "/var/lib/ganeti",
        node / "log": "/var/log/ganeti",
        node / "etc": "/etc/ganeti",
        node / "default": "/etc/default/ganeti",
        node / "root/usr/lib/cyclades": "/usr/lib/cyclades",
        node / "root/etc/cyclades": "/etc/cyclades",
        node / "root/var/spool/cyclades": "/var/spool/cyclades",
        shared / "srv": "/srv/ganeti",
        shared / "root-ssh": "/root/.ssh",
        shared / "etc-ssh": "/etc/ssh",
        shared / "hosts": "/etc/hosts",
        shared / "resolv.conf": "/etc/resolv.conf",
    }
    for source, target in over.items():
        run("mount", "--bind", str(source), target)
    run("mount", "-t", "proc", "proc", "/proc")
    run("mount", "-t", "sysfs", "sysfs", "/sys")  # shows this network namespace's bridges
    # Nodes claim to be large, so that the allocator finds room for many fake servers.
    for name in ("meminfo", "cpuinfo"):
        run("mount", "--bind", str(node / name), f"/proc/{name}")


def bring_up_network() -> None:
    run("ip", "link", "set", "lo", "up")
    for bridge in BRIDGES:
        run("ip", "link", "add", bridge, "type", "bridge")
        run("ip", "link", "set", bridge, "up")


def reap_for_ever() -> None:
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
    while True:
        signal.sigwait({signal.SIGCHLD})
        try:
            while os.waitpid(-1, os.WNOHANG) != (0, 0):
                pass
        except ChildProcessError:
            continue


def main(node: Path, shared: Path, fqdn: str) -> None:
    outer_pid = Path("/proc/self").readlink().name  # /proc is still the host's
    run("hostname", fqdn)
    mount_own_files(node, shared)
    bring_up_network()
    (node / "pid.new").write_text(outer_pid)
    (node / "pid.new").rename(node / "pid")
    reap_for_ever()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
