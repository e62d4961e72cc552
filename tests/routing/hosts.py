"""Machines that talk TCP: sockets made in their namespaces, used from the test."""

import ctypes
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.routing.world import World

CLONE_NEWNET = 0x40000000
LIBC = ctypes.CDLL(None, use_errno=True)
PORTS = count(8000)  # a new one each time: nothing is left of the last conversation
PATIENCE = 5.0  # seconds for what has to come
NEVER = 0.4  # seconds after which what has not come is not coming


@dataclass(frozen=True, slots=True)
class Conversation:
    """A TCP connection, by both its ends. `seen`: whom the server takes the client for."""

    client: socket.socket
    server: socket.socket
    seen: str

    def goes_on(self, patience: float = PATIENCE) -> bool:
        """Whether bytes still get from end to end, both ways."""
        self.client.settimeout(patience)
        self.server.settimeout(patience)
        try:
            for one, other in ((self.client, self.server), (self.server, self.client)):
                one.sendall(b"hello")
                if other.recv(5, socket.MSG_WAITALL) != b"hello":
                    return False
        except TimeoutError:
            return False
        return True


@dataclass(frozen=True, slots=True)
class Host:
    """`namespace` is a file that stands for its network namespace."""

    name: str
    namespace: Path
    world: "World"

    def run(self, *command: str) -> str:
        """Run a command there; returns what it printed, raises CommandFailed."""
        return self.world.run("ip", "netns", "exec", self.name, *command)

    def socket(self, family: socket.AddressFamily) -> socket.socket:
        """A TCP socket that lives there."""
        made: list[socket.socket | OSError] = []

        def make() -> None:
            with self.namespace.open("rb") as file:
                if LIBC.setns(file.fileno(), CLONE_NEWNET):
                    made.append(OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno())))
                else:
                    made.append(socket.socket(family, socket.SOCK_STREAM))

        # The namespace is the thread's, and ends with it; the socket stays where it was made.
        thread = threading.Thread(target=make)
        thread.start()
        thread.join()
        if isinstance(made[0], OSError):
            raise made[0]
        return made[0]

    @contextmanager
    def talking(
        self, server: "Host", address: str, patience: float = PATIENCE, port: int = 0
    ) -> Iterator[Conversation]:
        """A connection to `address`, which `server` answers. Raises TimeoutError, OSError."""
        family, port = socket.AF_INET6 if ":" in address else socket.AF_INET, port or next(PORTS)
        with server.socket(family) as listener, self.socket(family) as client:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(("", port))
            listener.listen()
            listener.settimeout(patience)
            client.settimeout(patience)
            client.connect((address, port))
            answered, seen = listener.accept()
            with answered:
                yield Conversation(client, answered, seen[0])

    def seen_by(self, server: "Host", address: str, port: int = 0) -> str:
        """Whom `server`, as `address`, takes us for. Raises TimeoutError, OSError."""
        with self.talking(server, address, port=port) as conversation:
            assert conversation.goes_on()
            return conversation.seen

    def reaches(self, server: "Host", address: str, port: int = 0) -> bool:
        """Whether `server` answers there. A no takes a moment."""
        try:
            with self.talking(server, address, NEVER, port) as conversation:
                return conversation.goes_on(NEVER)
        except OSError:
            return False
