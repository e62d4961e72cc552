"""Router advertisements: one radvd in each router that has prefixes to advertise."""

import hashlib
import os
import signal
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cyclades.adapters.netns.links import Plug
from cyclades.adapters.netns.namespaces import Namespace
from cyclades.ports.router_driver import RouterTrouble

PROGRAM: Final = "radvd"
STATEFUL: Final = "dhcpv6-stateful"
ASK_MORE: Final = ("dhcpv6-stateless", STATEFUL)
PATIENCE: Final = 3.0  # seconds for processes to be gone

INTERFACE: Final = """\
interface {name} {{
  AdvSendAdvert on;
  IgnoreIfMissing on;
  MinRtrAdvInterval 10;
  MaxRtrAdvInterval 30;
  AdvDefaultLifetime 90;
  AdvLinkMTU {mtu};
  AdvManagedFlag {managed};
  AdvOtherConfigFlag {more};
{prefixes}
}};
"""


@dataclass(frozen=True, slots=True)
class Advertising:
    """Of one router. A process is known by its configuration, and that by its content."""

    namespace: Namespace
    folder: Path

    def ensure(self, plugs: Sequence[Plug]) -> str:
        """Have these advertised; returns the configuration's name, or "" when there is none."""
        text = "".join(_interface(plug) for plug in plugs if plug.link.advertised)
        name = f"radvd-{hashlib.sha256(text.encode()).hexdigest()[:16]}" if text else ""
        if not (name and self.runs(name)):
            self._end_others()
            if name:
                self._start(name, text)
        return name

    def runs(self, name: str) -> bool:
        """Whether a process with this configuration lives in the router."""
        process = _number(self.folder / f"{name}.pid")
        return process is not None and self._is_ours(process, str(self.folder / f"{name}.conf"))

    def end(self) -> None:
        """No process is left in the router.

        Guests are told nothing: where the router goes on on another host, this one's goodbye
        would take it from them. They forget it by themselves.
        """
        deadline = time.monotonic() + PATIENCE
        while (left := self.namespace.processes()) and time.monotonic() < deadline:
            _end(left)
            time.sleep(0.02)

    def _start(self, name: str, text: str) -> None:
        configuration = self.folder / f"{name}.conf"
        configuration.write_text(text)
        pid = str(self.folder / f"{name}.pid")
        words = ("-C", str(configuration), "-p", pid, "-m", "syslog", "-u", PROGRAM)
        self.namespace.run(PROGRAM, *words)
        if not self.runs(name):
            raise RouterTrouble(f"{PROGRAM} -C {configuration} ended at once")

    def _end_others(self) -> None:
        known = list(self.folder.glob("radvd-*"))
        if not known:
            return
        mine = [number for number in self.namespace.processes() if self._is_ours(number)]
        _end(mine)
        for path in known:
            path.unlink()

    def _is_ours(self, process: int, configuration: str = "") -> bool:
        try:
            words = Path(f"/proc/{process}/cmdline").read_bytes().decode().split("\0")
            inside = Path(f"/proc/{process}/ns/net").stat().st_ino == self.namespace.number
        except OSError:  # it is gone
            return False
        return inside and words[0] == PROGRAM and (configuration or PROGRAM) in words


def _interface(plug: Plug) -> str:
    modes = {item.ra_mode for item in plug.link.advertised}
    return INTERFACE.format(
        name=plug.inner,
        mtu=plug.link.mtu,
        managed="on" if STATEFUL in modes else "off",
        more="on" if modes.intersection(ASK_MORE) else "off",
        prefixes="\n".join(_prefixes(plug)),
    )


def _prefixes(plug: Plug) -> Iterator[str]:
    for item in plug.link.advertised:
        automatic = "off" if item.ra_mode == STATEFUL else "on"
        yield f"  prefix {item.cidr} {{ AdvOnLink on; AdvAutonomous {automatic}; }};"
    servers = dict.fromkeys(server for item in plug.link.advertised for server in item.dns)
    if servers:
        yield f"  RDNSS {' '.join(servers)} {{ AdvRDNSSLifetime 90; }};"


def _end(processes: Sequence[int]) -> None:
    for process in processes:
        try:
            os.kill(process, signal.SIGKILL)
        except ProcessLookupError:  # it is gone
            continue


def _number(path: Path) -> int | None:
    try:
        return int(path.read_text())
    except (FileNotFoundError, ValueError):
        return None
