"""A router's packet rules: one nftables table, replaced as a whole in one transaction."""

import hashlib
import re
from collections.abc import Iterator, Sequence
from ipaddress import ip_interface
from typing import Final

from cyclades.adapters.netns.links import Plug
from cyclades.adapters.netns.namespaces import Namespace
from cyclades.domain.model.router_state import RouterState
from cyclades.ports.router_driver import RouterTrouble

DIGEST: Final = re.compile(r'^\s*comment "([0-9a-f]{64})"', re.MULTILINE)

BOTH: Final = """\
add table inet cyclades
delete table inet cyclades
add table arp cyclades
delete table arp cyclades
table inet cyclades {{
  comment "{digest}"
{maps}
  chain arriving {{
    type filter hook prerouting priority raw; policy accept;
{strangers}
    iifname "int-*" ip6 saddr != {{ ::, fe80::/10 }} fib saddr . iif oif missing drop
  }}
  chain entering {{
    type nat hook prerouting priority dstnat; policy accept;
    dnat ip to ip daddr map @fixed
  }}
  chain leaving {{
    type nat hook postrouting priority srcnat; policy accept;
    oifname "ext-*" snat ip to ip saddr map @floating
{hidden}
    iifname "int-*" oifname "int-*" ct status dnat snat ip to ip saddr map @floating
{turned}
  }}
  chain through {{
    type filter hook forward priority filter; policy drop;
    tcp flags syn / syn,rst tcp option maxseg size set rt mtu
    ct state established,related accept
    ct state invalid drop
    iifname "int-*" accept
    iifname "ext-*" oifname "int-*" ct status dnat accept
    iifname "ext-*" oifname "int-*" meta nfproto ipv6 accept
{routed}
  }}
  chain here {{
    type filter hook input priority filter; policy drop;
    iifname "lo" accept
    ct state established,related accept
    meta l4proto {{ icmp, ipv6-icmp }} accept
  }}
}}
table arp cyclades {{
  chain arriving {{
    type filter hook input priority filter; policy accept;
{strangers}
  }}
}}
"""


def ensure(namespace: Namespace, state: RouterState, plugs: Sequence[Plug]) -> None:
    """Have the kernel follow the state's rules from one packet to the next."""
    text = _text(state, plugs, "")
    digest = hashlib.sha256(text.encode()).hexdigest()
    if _loaded(namespace) != digest:
        namespace.run("nft", "-f", "-", stdin=_text(state, plugs, digest))


def _loaded(namespace: Namespace) -> str | None:
    """The digest that the table itself carries."""
    try:
        found = DIGEST.search(namespace.run("nft", "-t", "list", "table", "inet", "cyclades"))
    except RouterTrouble:  # there is none
        return None
    return found[1] if found else None


def _text(state: RouterState, plugs: Sequence[Plug], digest: str) -> str:
    address = state.snat or _own(state)
    turned = f'    iifname "int-*" oifname "int-*" ct status dnat snat ip to {address}'
    hidden = f'    iifname "int-*" oifname "ext-*" meta nfproto ipv4 snat ip to {state.snat}'
    return BOTH.format(
        digest=digest,
        maps="\n".join(_maps(state)),
        strangers="\n".join(_strangers(plugs)),
        hidden=hidden if state.snat else "",
        # A server reaches another (or itself) by its floating address: answers come back here.
        turned=turned if address else "",
        # Addresses that are not hidden are known outside: their way in is as open as IPv6's.
        routed="" if state.snat else '    iifname "ext-*" oifname "int-*" accept',
    )


def _own(state: RouterState) -> str | None:
    """The router's first IPv4 address outside."""
    addresses = state.external.link.addresses if state.external else ()
    own = (ip_interface(address) for address in addresses)
    return next((str(address.ip) for address in own if address.version == 4), None)  # noqa: PLR2004 - IPv4


def _maps(state: RouterState) -> Iterator[str]:
    fixed = {item.external: item.fixed for item in state.floating}
    floating: dict[str, str] = {}
    for item in state.floating:
        floating.setdefault(item.fixed, item.external)
    for name, pairs in (("fixed", fixed), ("floating", floating)):
        elements = ", ".join(f"{key} : {value}" for key, value in sorted(pairs.items()))
        held = f" elements = {{ {elements} }};" if pairs else ""
        yield f"  map {name} {{ type ipv4_addr : ipv4_addr;{held} }}"


def _strangers(plugs: Sequence[Plug]) -> Iterator[str]:
    """Frames of other networks on the same bridge."""
    for plug in plugs:
        if prefix := plug.link.mac_prefix:
            octets = prefix.split(":")
            mask = ":".join(["ff"] * len(octets) + ["00"] * (6 - len(octets)))
            whole = ":".join(octets + ["00"] * (6 - len(octets)))
            yield f'    iifname "{plug.inner}" ether saddr & {mask} != {whole} drop'
