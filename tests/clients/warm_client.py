"""The command line client without its imports: they are most of a second for each step.

`python warm_client.py SOCKET` imports the unmodified client once. Each command is then a
process of its own, with the arguments, environment, folder and open files of the launcher
who asked for it: all that the client does after its imports, it does as ever.
"""

import atexit
import json
import os
import signal
import socket
import sys
from importlib import import_module
from pathlib import Path

# What runs in the client's place. It imports next to nothing.
LAUNCHER = """#!{python} -IS
import json, os, socket, sys
with socket.socket(socket.AF_UNIX) as server:
    server.connect({place!r})
    asked = json.dumps([sys.argv, dict(os.environ), os.getcwd()]).encode()
    socket.send_fds(server, [len(asked).to_bytes(4, "big")], [0, 1, 2])
    server.sendall(asked)
    answer = server.recv(1)
sys.exit(answer[0] if answer else 70)
"""


def write_launcher(path: Path, python: Path, place: Path) -> None:
    """A program to be called as the client is, by its server at `place`."""
    path.write_text(LAUNCHER.format(python=python, place=str(place)))
    path.chmod(0o755)


def serve(place: str) -> None:
    """Until somebody ends it."""
    sys.argv[:] = ["openstack"]  # the client asks while it is imported
    client = import_module("openstackclient.shell")
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for them here
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(place)
        listener.listen(16)
        while True:
            asking, _ = listener.accept()
            with asking:
                if os.fork() == 0:
                    listener.close()
                    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                    answer(asking, client)


def answer(asking: socket.socket, client: object) -> None:
    """Be the client; does not return."""
    size, files, *_ = socket.recv_fds(asking, 4, 3)
    with asking.makefile("rb") as rest:
        sys.argv, environment, folder = json.loads(rest.read(int.from_bytes(size, "big")))
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    code = outcome(client)
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    asking.sendall(bytes([code & 255]))
    os._exit(code)


def outcome(client: object) -> int:
    """The status with which the client's own script would have ended."""
    try:
        sys.exit(client.main())  # type: ignore[attr-defined] # a module of another environment
    except SystemExit as ended:
        if isinstance(ended.code, str):
            sys.stderr.write(f"{ended.code}\n")
        return ended.code if isinstance(ended.code, int) else int(ended.code is not None)


if __name__ == "__main__":
    serve(sys.argv[1])
