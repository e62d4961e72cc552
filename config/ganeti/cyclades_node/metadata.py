"""`cyclades-metadata`: tells the guests of this node's networks about themselves.

It listens in each network's namespace, which cyclades-netd makes. What it says comes from
Cyclades' node API, for the port of the guest that asks, and is kept for some seconds.
"""

from __future__ import annotations

import argparse
import json
import logging
import signal
import sys
import threading
import time
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request

from cyclades_node.api import LARGEST, opener
from cyclades_node.conf import BadConf, Conf, read_conf
from cyclades_node.dhcp import Network
from cyclades_node.dhcp_servers import NAMED, networks
from cyclades_node.documents import Documents
from cyclades_node.metadata_answers import Answer, answer
from cyclades_node.metadata_server import MetadataServer
from cyclades_node.nic import Nics
from cyclades_node.said import Trouble

POLL = 1.0  # seconds between looks at which networks there are
KEPT = 5.0  # seconds for which an answer of the API is good
PATIENCE = 10.0  # seconds for the API

log = logging.getLogger("cyclades-metadata")


def main() -> int:
    """0 when ended; 1 with a line that says what is wrong."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    logging.basicConfig(format="%(name)s: %(message)s", level=logging.INFO, stream=sys.stderr)
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    try:
        service = Service(read_conf())
    except (BadConf, OSError) as error:
        print(f"cyclades-metadata: {error}", file=sys.stderr)
        return 1
    while not ended.is_set():
        service.step()
        ended.wait(POLL)
    return 0


class Service:
    """A server for each network that has a namespace on this node."""

    def __init__(self, conf: Conf) -> None:
        """Raises BadConf, OSError."""
        self._nics = Nics(conf.run / "interfaces")
        self._documents = Documents(conf.ports)
        self._told = Told(conf)
        self._servers: dict[tuple[str, int], MetadataServer] = {}
        self._trouble = Trouble(log, "a network's namespace")

    def step(self) -> None:
        """Begin where a network has come, end where it has gone or was made anew."""
        known = ((nic, self._documents.get(nic.port)) for nic in self._nics.all())
        wanted = {
            (network.id, place.stat().st_ino): (network, place)
            for network in networks([(nic, said) for nic, said in known if said])
            if (place := NAMED / f"cyd{network.name}").exists()
        }
        for key in self._servers.keys() - wanted.keys():
            self._servers.pop(key).close()
        for key in wanted.keys() - self._servers.keys():
            self._begin(key, *wanted[key])

    def _begin(self, key: tuple[str, int], network: Network, place: Path) -> None:
        try:
            self._servers[key] = MetadataServer(place, partial(self._told.find, network.id))
        except OSError as error:  # its address may not be there yet
            self._trouble.note(str(error))
        else:
            self._trouble.over()


class Told:
    """What the API says of guests."""

    def __init__(self, conf: Conf) -> None:
        """Raises BadConf, OSError."""
        self._opener = opener(conf)
        self._url = f"{conf.api.rstrip('/')}/node/v1/metadata"
        self._key = conf.node_key
        self._prefix = conf.prefix
        self._kept: dict[tuple[str, str], tuple[float, dict[str, Any] | None]] = {}
        self._trouble = Trouble(log, "the API")

    def find(self, network: str, address: str, path: str) -> Answer | HTTPStatus:
        """What is at the path, for the guest with this address on this network."""
        try:
            told = self._of(network, address)
        except (OSError, URLError, ValueError, KeyError, TypeError) as error:
            return self._away(str(error))
        self._trouble.over()
        return (told and answer(path, told)) or HTTPStatus.NOT_FOUND

    def _away(self, why: str) -> HTTPStatus:
        self._trouble.note(why)
        return HTTPStatus.SERVICE_UNAVAILABLE

    def _of(self, network: str, address: str) -> dict[str, Any] | None:
        """None for who is nobody: a guest that asks and asks does not reach the API each time."""
        now = time.monotonic()
        # Of a copy: other guests are answered at the same time.
        known = list(self._kept.items())
        self._kept = {key: kept for key, kept in known if now - kept[0] < KEPT}
        kept = self._kept.get((network, address))
        if kept:
            return kept[1]
        told = self._ask({"network": f"{self._prefix}net-{network}", "ip": address})
        self._kept[network, address] = (now, told)
        return told

    def _ask(self, asked: dict[str, str]) -> dict[str, Any] | None:
        request = Request(  # noqa: S310  the operator's own URL
            self._url,
            data=json.dumps(asked).encode(),
            method="POST",
            headers={
                "Authorization": f"Bearer {self._key}",
                "Content-Type": "application/json",
            },
        )
        try:
            with self._opener.open(request, timeout=PATIENCE) as response:
                return dict(json.loads(response.read(LARGEST)))
        except HTTPError as error:
            error.close()
            if error.code == HTTPStatus.NOT_FOUND:
                return None
            raise
