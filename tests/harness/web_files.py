"""Web servers of somebody else: a handler says what they do with each connection."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

Handler = Callable[[socket.socket, str], None]


@dataclass(slots=True)
class WebServer:
    """On a loopback address; `asked` are the paths of requests, `heads` all of them."""

    port: int
    asked: list[str] = field(default_factory=list)
    heads: list[str] = field(default_factory=list)


@contextmanager
def web_server(
    handler: Handler, context: ssl.SSLContext | None = None, host: str = "127.0.0.1"
) -> Iterator[WebServer]:
    """One that lives as long as the block."""
    with socket.create_server((host, 0)) as listening:
        server = WebServer(listening.getsockname()[1])

        def serve() -> None:
            while True:
                try:
                    client, _ = listening.accept()
                except OSError:
                    return
                threading.Thread(target=answer, args=(client,), daemon=True).start()

        def answer(client: socket.socket) -> None:
            try:
                with context.wrap_socket(client, server_side=True) if context else client as talk:
                    head = b""
                    while b"\r\n\r\n" not in head:
                        if not (piece := talk.recv(4096)):
                            return
                        head += piece
                    server.heads.append(head.decode())
                    server.asked.append(head.split()[1].decode())
                    handler(talk, server.asked[-1])
            except OSError:
                pass  # the client went away

        threading.Thread(target=serve, daemon=True).start()
        yield server
        listening.shutdown(socket.SHUT_RDWR)


def sends(body: bytes, *headers: str, status: str = "200 OK", length: int | None = None) -> Handler:
    """A whole answer; `length` is a lie."""
    said = [f"HTTP/1.1 {status}", f"Content-Length: {len(body) if length is None else length}"]

    def answer(client: socket.socket, _path: str) -> None:
        client.sendall("\r\n".join((*said, *headers, "", "")).encode() + body)

    return answer
