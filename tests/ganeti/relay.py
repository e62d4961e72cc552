"""Carries connections from a loopback port of the host into a network namespace.

Run as: relay.py PORT:PID:TARGET_PORT... . A connection to 127.0.0.1:PORT goes on to
127.0.0.1:TARGET_PORT in the namespace of process PID: a socket belongs for ever to the
namespace in which it was made, so one process can hold sockets of many.
"""

import asyncio
import contextlib
import ctypes
import os
import socket
import sys

CLONE_NEWNET = 0x40000000
libc = ctypes.CDLL(None, use_errno=True)


def enter(namespace: int) -> None:
    if libc.setns(namespace, CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "setns")


def socket_in(namespace: int, home: int) -> socket.socket:
    enter(namespace)
    try:
        made = socket.socket()
    finally:
        enter(home)
    made.setblocking(False)
    return made


async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    with contextlib.suppress(OSError):
        writer.write_eof()


async def serve(port: int, pid: int, target: int) -> None:
    home = os.open("/proc/self/ns/net", os.O_RDONLY)
    inside = os.open(f"/proc/{pid}/ns/net", os.O_RDONLY)

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there = socket_in(inside, home)
            await asyncio.get_running_loop().sock_connect(there, ("127.0.0.1", target))
            far_reader, far_writer = await asyncio.open_connection(sock=there)
        except OSError:
            writer.close()
            return
        await asyncio.gather(pump(reader, far_writer), pump(far_reader, writer))
        writer.close()
        far_writer.close()

    server = await asyncio.start_server(carry, "127.0.0.1", port, backlog=256)
    await server.serve_forever()


async def main() -> None:
    routes = ([int(number) for number in word.split(":")] for word in sys.argv[1:])
    await asyncio.gather(*(serve(*route) for route in routes))


if __name__ == "__main__":
    asyncio.run(main())
