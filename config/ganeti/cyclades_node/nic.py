"""What Ganeti says about an interface when it has made one."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from cyclades_node.document import PORT_ID

BRIDGED, ROUTED = "bridged", "routed"
DEVICES = Path("/sys/class/net")


class Nic(NamedTuple):
    """`device` is the kernel's number of the device, which no later one has."""

    interface: str
    device: int
    port: str
    mac: str
    mode: str
    link: str
    ip: str = ""

    @property
    def family(self) -> str:
        """The family of nftables that filters it."""
        return "netdev" if self.mode == ROUTED else "bridge"

    @property
    def is_there(self) -> bool:
        """Whether the device exists, and is still the one that we knew."""
        return device_index(self.interface) == self.device


def device_index(interface: str) -> int | None:
    """None where there is no such device."""
    try:
        return int((DEVICES / interface / "ifindex").read_text())
    except (OSError, ValueError):
        return None


def our_nic(said: Mapping[str, str], prefix: str) -> Nic | None:
    """The one that Ganeti's environment is about, if it is Cyclades'. Raises KeyError."""
    start = f"{prefix}nic-"
    name = said.get("INTERFACE_NAME", "")
    port = name[len(start) :]
    ours = name.startswith(start) and PORT_ID.fullmatch(port)
    if not ours or said["MODE"] not in {BRIDGED, ROUTED}:
        return None
    interface = said["INTERFACE"]
    return Nic(
        interface=interface,
        device=device_index(interface) or 0,
        port=port,
        mac=said["MAC"].lower(),
        mode=said["MODE"],
        link=said.get("LINK", ""),
        ip=said.get("IP", ""),
    )


class Nics:
    """Those that are up, a file each; they are gone after a boot, like the devices."""

    def __init__(self, folder: Path) -> None:
        """`folder` is made."""
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def put(self, nic: Nic) -> None:
        """In place of what had its interface's name."""
        write_whole(self._folder / nic.interface, json.dumps(nic._asdict()))

    def drop(self, interface: str) -> None:
        """Again does nothing."""
        (self._folder / interface).unlink(missing_ok=True)

    def get(self, interface: str) -> Nic | None:
        """None for what is not ours, or cannot be read."""
        try:
            return Nic(**json.loads((self._folder / interface).read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    def all(self) -> Iterator[Nic]:
        """In the order of their names."""
        for path in sorted(self._folder.iterdir()):
            if not path.name.startswith(".") and (nic := self.get(path.name)):
                yield nic


def write_whole(path: Path, text: str) -> None:
    """The old text or the new one, never half."""
    new = path.with_name(f".{path.name}.{os.getpid()}")
    new.write_text(text, encoding="utf-8")
    new.replace(path)
