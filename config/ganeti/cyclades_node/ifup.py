"""What Ganeti runs when it has made an interface: the filter first, then the way to the network."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping
from typing import Any

from cyclades_node.api import Api, ApiTrouble
from cyclades_node.conf import BadConf, Conf, read_conf
from cyclades_node.document import BadDocument
from cyclades_node.enforcement import Enforcement
from cyclades_node.iproute import IpTrouble
from cyclades_node.nft import NftTrouble
from cyclades_node.nic import ROUTED, Nic, our_nic

PATIENCE = 1.5  # seconds for the API: a server's start does not wait for longer
# Ganeti's own way to connect an interface; it has no command for it.
CONNECT = "set -e; . /usr/lib/ganeti/net-common; check; setup_bridge; setup_ovs"
FOREIGN = f"{CONNECT}; setup_route"


def main() -> int:
    """0 when the interface is up behind its filter; a start without one must fail."""
    try:
        conf = read_conf()
        return bring_up(conf, os.environ)
    except (BadConf, NftTrouble, IpTrouble, OSError, KeyError) as error:
        print(f"cyclades-ifup: {error!r}", file=sys.stderr)
        return 1


def bring_up(conf: Conf, said: Mapping[str, str]) -> int:
    """Raises NftTrouble, IpTrouble, OSError, KeyError."""
    # Without an API, servers' networks are not Cyclades' business on this node.
    nic = our_nic(said, conf.prefix) if conf.api else None
    enforcement = Enforcement(conf)
    with enforcement.locked():
        before = enforcement.nics.get(said["INTERFACE"])
        if before and before != nic:
            enforcement.forget(before)
        if nic:
            enforcement.nics.put(nic)
            _look(conf, enforcement, nic)
            enforcement.apply([nic])
            if nic == before:
                enforcement.cut([nic])
    done = _connect(nic)
    if nic:
        poke(conf)
    return done


def _look(conf: Conf, enforcement: Enforcement, nic: Nic) -> None:
    """Bring its document up to date if that is quick; what we have holds otherwise."""
    known = {nic.port: enforcement.documents.digest(nic.port)}
    said: list[dict[str, Any]] = []

    def ask() -> None:
        try:
            said.append(Api(conf).ask(known, "", PATIENCE).ports)
        except (ApiTrouble, BadConf, OSError) as error:
            print(f"cyclades-ifup: {nic.interface}: {error}", file=sys.stderr)

    # A thread, since looking up a name can take longer than any timeout that we can give.
    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(PATIENCE)
    try:
        if said and nic.port in said[0]:
            enforcement.documents.put(nic.port, said[0][nic.port])
    except (BadDocument, OSError) as error:
        print(f"cyclades-ifup: {nic.interface}: {error}", file=sys.stderr)


def _connect(nic: Nic | None) -> int:
    if nic and nic.mode == ROUTED:
        return 0  # its routes are its connection
    script = CONNECT if nic else FOREIGN
    command = ["/bin/bash", "-c", script]
    return subprocess.run(command, check=False).returncode  # noqa: S603  one of two scripts


def poke(conf: Conf) -> None:
    """Have the daemon look now, if there is one."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as to:
        to.setblocking(False)
        try:
            to.sendto(b"look", str(conf.run / "netd.sock"))
        except OSError:
            return
