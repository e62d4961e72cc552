"""ISC's DHCP client in a guest, with an /etc of its own: what it is told stays in there."""

import re
from dataclasses import dataclass
from pathlib import Path

from tests.harness.processes import wait_until
from tests.nodes.packets.guest import Guest

NEEDED = "dhcp fstab nsswitch.conf hosts hostname passwd group ld.so.cache iproute2"
RUN = """
set -e; mkdir -p {etc}; for one in {needed}; do cp -a /etc/$one {etc}; done
touch {etc}/resolv.conf; mount --bind {etc} /etc
exec timeout 15 dhclient {version} -v -1 -lf {etc}/leases -pf {etc}/pid eth0
"""


@dataclass(frozen=True, slots=True)
class Lease:
    """`text` is the client's own file, `resolv` what it made of the DNS servers."""

    text: str
    resolv: str

    def option(self, name: str) -> str:
        found = re.findall(rf"option {re.escape(name)} (.*);", self.text)
        assert found, f"no {name} in {self.text}"
        return str(found[-1])


def ask(guest: Guest, home: Path, version: int = 4) -> Lease:
    """Raises AssertionError with what the client said when nobody answers."""
    etc = home / f"{guest.name}-{version}"
    home.mkdir(exist_ok=True)
    script = RUN.format(etc=etc, needed=NEEDED, version=f"-{version}")
    guest.space.run("unshare", "--mount", "--propagation=private", "sh", "-c", script)
    wait_until(lambda: (etc / "pid").exists() and (etc / "pid").read_text() != "", "its number")
    guest.space.run("sh", "-c", f"kill $(cat {etc}/pid)")
    return Lease((etc / "leases").read_text(), (etc / "resolv.conf").read_text())
