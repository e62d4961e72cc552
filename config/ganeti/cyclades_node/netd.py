"""`cyclades-netd`: what changes in Cyclades or in nftables holds on this node's interfaces soon."""

from __future__ import annotations

import argparse
import logging
import os
import select
import signal
import socket
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from cyclades_node.api import MOST_PORTS, Api, ApiTrouble
from cyclades_node.conf import BadConf, Conf, read_conf
from cyclades_node.dhcp_servers import DhcpServers
from cyclades_node.dnsmasq import DnsmasqTrouble
from cyclades_node.document import BadDocument
from cyclades_node.enforcement import Enforcement
from cyclades_node.iproute import IpTrouble
from cyclades_node.nft import NftTrouble
from cyclades_node.nic import Nic
from cyclades_node.said import Trouble

POLL = 2.0  # seconds
AT_ONCE = 10  # interfaces; one that comes up waits for no more
API_PATIENCE = 10.0  # seconds
TROUBLES = (NftTrouble, IpTrouble, OSError)

log = logging.getLogger("cyclades-netd")


def main() -> int:
    """0 when ended; 1 with a line that says what is wrong."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    logging.basicConfig(format="%(name)s: %(message)s", level=logging.INFO, stream=sys.stderr)
    try:
        _serve(read_conf())
    except (BadConf, OSError) as error:
        print(f"cyclades-netd: {error}", file=sys.stderr)
        return 1
    return 0


def _serve(conf: Conf) -> None:
    daemon = Daemon(conf)
    waker = _Waker(conf.run / "netd.sock")
    daemon.everything()
    while not waker.ended:
        daemon.step()
        if waker.wait(POLL):
            daemon.everything()


class _Waker:
    """Signals, and datagrams of the interface script."""

    def __init__(self, path: Path) -> None:
        path.unlink(missing_ok=True)
        self.ended = False
        self._reload = False
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(path))
        path.chmod(0o600)
        self._socket.setblocking(False)
        reader, writer = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.set_wakeup_fd(writer)
        self._signals = reader
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._note)

    def _note(self, number: int, _frame: object) -> None:
        if number == signal.SIGHUP:
            self._reload = True
        else:
            self.ended = True

    def wait(self, seconds: float) -> bool:
        """Until something is the matter. True: it was said to apply everything anew."""
        select.select([self._socket.fileno(), self._signals], [], [], seconds)
        with suppress(BlockingIOError):
            while self._socket.recv(100):
                pass
        with suppress(BlockingIOError):
            os.read(self._signals, 100)
        asked, self._reload = self._reload, False
        return asked


class Daemon:
    """A step looks at everything once; nothing that fails stops the rest."""

    def __init__(self, conf: Conf) -> None:
        """Raises OSError."""
        self._enforcement = Enforcement(conf)
        self._api = Api(conf)
        self._cursor = ""
        self._behind: set[str] = set()  # ports whose documents could not be applied
        self._servers = DhcpServers(conf.run)
        self._dhcp_trouble = Trouble(log, "DHCP")
        self._api_trouble = Trouble(log, "the API")
        self._trouble = Trouble(log, "applying")

    def everything(self) -> None:
        """Apply what is known to all interfaces, whether it has changed or not."""
        nics = list(self._enforcement.nics.all())
        self._enforcement.documents.prune({nic.port for nic in nics})
        self._renew(nics)
        self._serve(anew=True)

    def step(self) -> None:
        """What is gone, what is missing, what is new."""
        with self._enforcement.locked():
            self._forget_gone()
            missing = self._enforcement.missing()
            behind = [nic for nic in self._enforcement.nics.all() if nic.port in self._behind]
        self._renew([*missing, *behind])
        self._serve(anew=bool(missing))
        news = self._news()
        with self._enforcement.locked():
            changed = {port for port, said in news.items() if self._keep(port, said)}
        concerned = [nic for nic in self._enforcement.nics.all() if nic.port in changed]
        self._renew(concerned)
        self._cut(concerned)
        if changed:
            self._serve(anew=False)

    def _serve(self, *, anew: bool) -> None:
        """DHCP, for the ports whose documents we have."""
        known = ((nic, self._enforcement.document(nic)) for nic in self._enforcement.nics.all())
        try:
            self._servers.apply([(nic, said) for nic, said in known if said], anew=anew)
        except (*TROUBLES, DnsmasqTrouble) as error:
            self._dhcp_trouble.note(str(error))
        else:
            self._dhcp_trouble.over()

    def _renew(self, nics: list[Nic]) -> None:
        """Some at a time: an interface that comes up meanwhile does not wait for all."""
        for start in range(0, len(nics), AT_ONCE):
            with self._enforcement.locked():
                self._apply([nic for nic in nics[start : start + AT_ONCE] if nic.is_there])

    def _cut(self, nics: list[Nic]) -> None:
        try:
            self._enforcement.cut(nics)
        except NftTrouble as error:
            self._trouble.note(str(error))

    def _forget_gone(self) -> None:
        for nic in self._enforcement.nics.all():
            if not nic.is_there:
                try:
                    self._enforcement.forget(nic)
                except TROUBLES as error:
                    self._trouble.note(f"{nic.interface}: {error}")

    def _news(self) -> dict[str, Any]:
        """What the API says of this node's ports; nothing while it is away."""
        ports = sorted({nic.port for nic in self._enforcement.nics.all()})
        documents = self._enforcement.documents
        news: dict[str, Any] = {}
        cursor = self._cursor
        try:
            for start in range(0, len(ports), MOST_PORTS):
                some = ports[start : start + MOST_PORTS]
                known = {port: documents.digest(port) for port in some}
                answer = self._api.ask(known, self._cursor, API_PATIENCE)
                news |= {port: said for port, said in answer.ports.items() if port in known}
                cursor = answer.cursor if not start else cursor
        except ApiTrouble as error:
            self._api_trouble.note(str(error))
            return {}
        self._api_trouble.over()
        self._cursor = cursor
        return news

    def _keep(self, port: str, said: Any) -> bool:
        """Whether another document is in force now."""
        documents = self._enforcement.documents
        before = documents.digest(port)
        try:
            documents.put(port, said)
        except (BadDocument, OSError) as error:
            self._trouble.note(f"port {port}: {error}")
            return False
        return documents.digest(port) != before

    def _apply(self, nics: list[Nic]) -> None:
        """All at once; if that fails, one at a time, so that one spoils it for itself alone."""
        if not nics:
            return
        try:
            self._enforcement.apply(nics)
        except TROUBLES as error:
            self._trouble.note(str(error))
            if len(nics) == 1:
                self._behind.add(nics[0].port)
                return
            for nic in nics:
                self._apply([nic])
        else:
            self._behind -= {nic.port for nic in nics}
            if not self._behind:
                self._trouble.over()
