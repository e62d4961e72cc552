"""The filters of this node's interfaces: as the documents say, and no trace of what is gone."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from cyclades_node import nft
from cyclades_node.conf import Conf
from cyclades_node.dhcp import server_mac
from cyclades_node.document import Document
from cyclades_node.documents import Documents
from cyclades_node.filtering import MAPS, TABLE, Filter, applied, base, removed
from cyclades_node.nic import ROUTED, Nic, Nics
from cyclades_node.purge import cut
from cyclades_node.routed import Routes


class Enforcement:
    """For the interface script and the daemon alike; `locked` keeps them apart."""

    def __init__(self, conf: Conf) -> None:
        """Folders are made."""
        self._run = conf.run
        self.nics = Nics(conf.run / "interfaces")
        self.documents = Documents(conf.ports)
        self._routes = Routes(conf.run / "routes")

    @contextmanager
    def locked(self) -> Iterator[None]:
        """One at a time on this node."""
        lock = os.open(self._run / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def apply(self, nics: Iterable[Nic]) -> None:
        """All of them at once. Raises NftTrouble, IpTrouble."""
        wanted = [(nic, self.document(nic)) for nic in nics]
        families = {nic.family for nic, _ in wanted}
        lines = [line for family in sorted(families) for line in base(family)]
        for nic, document in wanted:
            lines += applied(_filter(nic, document))
        nft.apply(lines)
        for nic, document in wanted:
            if nic.mode == ROUTED:
                self._routes.apply(nic, document)

    def cut(self, nics: Iterable[Nic]) -> None:
        """Flows of theirs that are not allowed any more. Raises NftTrouble."""
        cut([(nic, self.document(nic)) for nic in nics])

    def document(self, nic: Nic) -> Document | None:
        """The one in force for it; of another MAC it is not."""
        document = self.documents.get(nic.port)
        return document if document and document.mac == nic.mac else None

    def forget(self, nic: Nic) -> None:
        """Remove all traces. Raises NftTrouble, IpTrouble."""
        nft.apply([*base(nic.family), *removed(nic.interface, nic.family)])
        if nic.mode == ROUTED:
            self._routes.forget(nic)
        cut([(nic, None)])
        self.nics.drop(nic.interface)

    def missing(self) -> list[Nic]:
        """Interfaces that nftables does not know: somebody has emptied it."""
        known = {family: _known(family) for family in ("bridge", "netdev")}
        return [nic for nic in self.nics.all() if nic.interface not in known[nic.family]]


def _filter(nic: Nic, document: Document | None) -> Filter:
    server = server_mac(document) if document and nic.mode != ROUTED else ""
    return Filter(nic.interface, nic.family, document, server)


def _known(family: str) -> set[str]:
    if family == "bridge":
        found = nft.read("map", family, TABLE, MAPS["egress"])
        elements = [one["map"].get("elem", []) for one in found if "map" in one]
        return {name for several in elements for name, _ in several}
    chains = [one["chain"] for one in nft.read("chains", family) if "chain" in one]
    return {chain["dev"] for chain in chains if chain["table"] == TABLE and "dev" in chain}
