"""Cyclades' own API, where a node reaches it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

from cyclades.bootstrap import Application
from tests.harness.api import client_of
from tests.nodes.packets.node import PacketNode


class Quiet(WSGIRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Nobody reads it."""


@contextmanager
def asking(node: PacketNode, app: Application) -> Iterator[None]:
    """The node, of cluster "one", asks this application from now on."""
    key = app.atomically(lambda unit: unit.node_keys.make("one"))
    served = client_of(app).app
    serve = partial(make_server, "127.0.0.1", 8081, served, handler_class=Quiet)
    server = node.space.inside(serve)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    node.write_conf("http://127.0.0.1:8081", key)
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
