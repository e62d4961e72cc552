"""Frames, byte by byte: what no honest network stack would send."""

import struct
from ipaddress import ip_address

from tests.nodes.packets.guest import checksum

EVERYBODY = "ff:ff:ff:ff:ff:ff"
ALL_NODES = ("33:33:00:00:00:01", "ff02::1")
ARP, IP4, IP6 = 0x0806, 0x0800, 0x86DD
TCP, UDP, ICMP6 = 6, 17, 58


def ethernet(target: str, source: str, kind: int, body: bytes) -> bytes:
    return _mac(target) + _mac(source) + struct.pack("!H", kind) + body


def tagged(frame: bytes, number: int, kind: int = 0x8100) -> bytes:
    """The frame in the VLAN of this number."""
    return frame[:12] + struct.pack("!HH", kind, number) + frame[12:]


def arp(
    source: str, sender: str, address: str, target: str = EVERYBODY, operation: int = 2
) -> bytes:
    """`sender` says that it has the address."""
    body = struct.pack("!HHBBH", 1, IP4, 6, 4, operation)
    body += _mac(sender) + _ip(address) + _mac("00:00:00:00:00:00") + _ip(address)
    return ethernet(target, source, ARP, body)


def udp(
    macs: tuple[str, str], addresses: tuple[str, str], ports: tuple[int, int], said: bytes = b"hi"
) -> bytes:
    """Source first, each time."""
    source, target = addresses
    body = struct.pack("!HHHH", *ports, 8 + len(said), 0) + said
    total = checksum(_pseudo(source, target, UDP, body) + body) or 0xFFFF
    body = body[:6] + struct.pack("!H", total) + body[8:]
    return ip(macs, addresses, UDP, body)


def acknowledgement(
    macs: tuple[str, str], addresses: tuple[str, str], ports: tuple[int, int]
) -> bytes:
    """Of TCP, as in the middle of a connection; source first, each time."""
    body = struct.pack("!HHIIBBHHH", *ports, 1, 1, 0x50, 0x10, 1000, 0, 0)
    total = checksum(_pseudo(*addresses, TCP, body) + body)
    return ip(macs, addresses, TCP, body[:16] + struct.pack("!H", total) + body[18:])


def icmp6(macs: tuple[str, str], addresses: tuple[str, str], body: bytes) -> bytes:
    """`body` with two bytes for the checksum."""
    total = checksum(_pseudo(*addresses, ICMP6, body) + body)
    return ip(macs, addresses, ICMP6, body[:2] + struct.pack("!H", total) + body[4:])


def advert(source: str, sender: str, address: str, said: str) -> bytes:
    """`address` is at the MAC `said`: neighbour advertisement."""
    body = struct.pack("!BBHI", 136, 0, 0, 0x20000000) + _ip(address) + b"\2\1" + _mac(said)
    return icmp6((source, ALL_NODES[0]), (sender, ALL_NODES[1]), body)


def solicit(source: str, sender: str, target: str, said: str) -> bytes:
    """Who has `target`, asks the one at the MAC `said`."""
    body = struct.pack("!BBHI", 135, 0, 0, 0) + _ip(target) + b"\1\1" + _mac(said)
    return icmp6((source, ALL_NODES[0]), (sender, ALL_NODES[1]), body)


def router(source: str, sender: str) -> bytes:
    """I am the router, for half an hour."""
    body = struct.pack("!BBHBBHII", 134, 0, 0, 64, 0, 1800, 0, 0)
    return icmp6((source, ALL_NODES[0]), (sender, ALL_NODES[1]), body)


def query(source: str, sender: str) -> bytes:
    """Which groups does anybody want: multicast listener query."""
    body = struct.pack("!BBHHH", 130, 0, 0, 1000, 0) + _ip("::")
    return icmp6((source, ALL_NODES[0]), (sender, ALL_NODES[1]), body)


def query4(source: str, sender: str) -> bytes:
    """The same of IPv4."""
    body = struct.pack("!BBHI", 0x11, 100, checksum(b"\x11\x64" + bytes(6)), 0)
    return ip((source, "01:00:5e:00:00:01"), (sender, "224.0.0.1"), 2, body)


def ip(macs: tuple[str, str], addresses: tuple[str, str], protocol: int, body: bytes) -> bytes:
    source, target = addresses
    if ":" in source:
        head = struct.pack("!IHBB", 0x60000000, len(body), protocol, 255)
        return ethernet(macs[1], macs[0], IP6, head + _ip(source) + _ip(target) + body)
    head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(body), 7, 0, 64, protocol, 0)
    head += _ip(source) + _ip(target)
    head = head[:10] + struct.pack("!H", checksum(head)) + head[12:]
    return ethernet(macs[1], macs[0], IP4, head + body)


def fragment(macs: tuple[str, str], addresses: tuple[str, str], kind: int, body: bytes) -> bytes:
    """The first of several, of IPv6; `kind` is what begins in it."""
    return ip(macs, addresses, 44, struct.pack("!BBHI", kind, 0, 1, 7) + body)


def _pseudo(source: str, target: str, protocol: int, body: bytes) -> bytes:
    return _ip(source) + _ip(target) + struct.pack("!II", len(body), protocol)


def _mac(text: str) -> bytes:
    return bytes.fromhex(text.replace(":", ""))


def _ip(text: str) -> bytes:
    return ip_address(text).packed
