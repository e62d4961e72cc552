"""What a user's server does: it talks, and sometimes it lies."""

import os
import select
import socket
import struct
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from ipaddress import ip_interface

from tests.nodes.packets.netns import Space

SOON = 0.35  # seconds: what has not come by then was dropped
ETH_P_ALL = socket.htons(3)


@dataclass(slots=True)
class Guest:
    """Its only interface is eth0; `tap` is the other end, in the node."""

    name: str
    tap: str
    port: str
    mac: str
    addresses: list[str]
    space: Space = field(init=False)

    def __post_init__(self) -> None:
        self.space = Space(self.name)

    def configure(self) -> None:
        self.ip("link", "set", "eth0", "up")
        for address in self.addresses:
            self.ip("address", "replace", address, "dev", "eth0", *_no_wait(address))

    def ip(self, *words: str) -> str:
        return self.space.run("ip", *words)

    @property
    def v4(self) -> str:
        return self._first(4)

    @property
    def v6(self) -> str:
        return self._first(6)

    def _first(self, version: int) -> str:
        found = map(ip_interface, self.addresses)
        return next(str(one.ip) for one in found if one.version == version)

    def neighbour(self, address: str, mac: str) -> None:
        """Know it without asking."""
        self.ip("neigh", "replace", address, "lladdr", mac, "dev", "eth0")

    def reaches(
        self, other: "Guest", kind: str, port: int = 0, version: int = 4, size: int = 8
    ) -> bool:
        """Whether there and back works: kind is tcp, udp (bytes: `size`) or icmp."""
        address = other.v4 if version == 4 else other.v6
        # Twice: on a busy machine the first may find that neighbours are yet to be known.
        return any(self._talks(other, kind, address, port, size) for _ in range(2))

    def _talks(self, other: "Guest", kind: str, address: str, port: int, size: int) -> bool:
        if kind == "icmp":
            return self.pings(address)
        if kind == "tcp":
            return self._tcp(other, address, port)
        return self._udp(other, address, port, bytes(size))

    def _tcp(self, other: "Guest", address: str, port: int) -> bool:
        family = family_of(address)
        with ExitStack() as stack:
            server = stack.enter_context(closing(other.space.socket(family, socket.SOCK_STREAM)))
            server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            server.bind(("", port))
            server.listen()
            client = stack.enter_context(closing(self.space.socket(family, socket.SOCK_STREAM)))
            client.settimeout(SOON)
            try:
                client.connect((address, port))
                accepted = stack.enter_context(closing(server.accept()[0]))
                accepted.sendall(b"hello")
                return client.recv(5) == b"hello"
            except OSError:
                return False

    def _udp(self, other: "Guest", address: str, port: int, said: bytes) -> bool:
        family = family_of(address)
        with (
            closing(other.space.socket(family, socket.SOCK_DGRAM)) as server,
            closing(self.space.socket(family, socket.SOCK_DGRAM)) as client,
        ):
            server.bind(("", port))
            server.settimeout(SOON)
            client.settimeout(SOON)
            try:
                client.sendto(said, (address, port))
                _, whence = server.recvfrom(9000)
                server.sendto(said + b"!", whence)
                return client.recv(9000) == said + b"!"
            except OSError:
                return False

    def pings(self, address: str, scope: int = 0) -> bool:
        """One echo, and its reply; `scope` is the interface of an address of the link."""
        version = 4 if "." in address else 6
        kind = socket.IPPROTO_ICMP if version == 4 else socket.IPPROTO_ICMPV6
        mark = os.urandom(8)
        with closing(self.space.socket(family_of(address), socket.SOCK_RAW, kind)) as raw:
            raw.settimeout(SOON)
            body = struct.pack("!BBHHH", 8 if version == 4 else 128, 0, 0, 7, 1) + mark
            if version == 4:
                body = body[:2] + struct.pack("!H", checksum(body)) + body[4:]
            try:
                raw.sendto(body, (address, 0) if version == 4 else (address, 0, 0, scope))
                reply = 0 if version == 4 else 129
                for packet in until(raw, SOON):
                    icmp = packet[20:] if version == 4 else packet
                    if icmp[:1] == bytes([reply]) and icmp.endswith(mark):
                        return True
            except OSError:
                return False
        return False

    def sends(self, frame: bytes) -> None:
        """As it is, whoever it says that it is from."""
        with closing(self.wire()) as wire:
            wire.send(frame)

    def wire(self) -> socket.socket:
        """All that comes and goes."""
        wire = self.space.socket(socket.AF_PACKET, socket.SOCK_RAW, ETH_P_ALL)
        wire.bind(("eth0", 0x0003))
        return wire

    def close(self) -> None:
        self.space.close()


def hears(listener: Guest, speaker: Guest, frame: bytes, *also: bytes) -> bool:
    """Whether the frame arrives as it was sent, or as one of the others."""
    with closing(listener.wire()) as wire:
        speaker.sends(frame)
        return any(got.startswith((frame, *also)) for got in until(wire, SOON))


def until(wire: socket.socket, seconds: float) -> Iterator[bytes]:
    deadline = time.monotonic() + seconds
    while (left := deadline - time.monotonic()) > 0:
        if select.select([wire], [], [], left)[0]:
            yield wire.recv(65535)


def family_of(address: str) -> int:
    return socket.AF_INET if "." in address else socket.AF_INET6


def checksum(data: bytes) -> int:
    padded = data + b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f"!{len(padded) // 2}H", padded))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def _no_wait(address: str) -> tuple[str, ...]:
    return ("nodad",) if ":" in address else ()
