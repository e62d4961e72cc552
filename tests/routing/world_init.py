"""Process 1 of a world of its own: fresh namespaces get their own /run, /proc and /sys.

Run under `unshare` as: world_init.py FOLDER. Writes FOLDER/pid (as the host sees it) once all
is in place, then reaps orphans for ever.
"""

import os
import signal
import subprocess
import sys
from pathlib import Path


def run(*command: str) -> None:
    subprocess.run(command, check=True)


def main(folder: Path) -> None:
    outer_pid = Path("/proc/self").readlink().name  # /proc is still the host's
    run("mount", "--make-rprivate", "/")
    run("mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", "/run")
    run("mount", "-t", "proc", "proc", "/proc")
    run("mount", "-t", "sysfs", "sysfs", "/sys")  # shows this network namespace's interfaces
    Path("/run/netns").mkdir()
    run("ip", "link", "set", "lo", "up")
    (folder / "pid.new").write_text(outer_pid)
    (folder / "pid.new").rename(folder / "pid")
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
    while True:
        signal.sigwait({signal.SIGCHLD})
        try:
            while os.waitpid(-1, os.WNOHANG) != (0, 0):
                pass
        except ChildProcessError:
            continue


if __name__ == "__main__":
    main(Path(sys.argv[1]))
