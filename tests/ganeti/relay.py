"""Carries connections between the host and network namespaces, either way.

Run as: relay.py PID:PORT:PID:ADDRESS:PORT... . A connection to 127.0.0.1:PORT in the namespace
of the first process (0 is the host's) goes on to ADDRESS:PORT in that of the second: a socket
belongs for ever to the namespace in which it was made, so one process can hold sockets of many.
"""

import asyncio
import contextlib
import ctypes
import os
import socket
import sys

CLONE_NEWNET = 0x40000000
libc = ctypes.CDLL(None, use_errno=True)
under_way: set[object] = set()


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


async def serve(route: str) -> None:
    from_pid, port, to_pid, address, target = route.split(":")
    home, near, far = (namespace_of(pid) for pid in ("0", from_pid, to_pid))

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there = socket_in(far, home)
            await asyncio.get_running_loop().sock_connect(there, (address, int(target)))
            far_reader, far_writer = await asyncio.open_connection(sock=there)
        except OSError:
            writer.close()
            return
        await asyncio.gather(pump(reader, far_writer), pump(far_reader, writer))
        writer.close()
        far_writer.close()

    async def carried(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # A task that nobody holds may be collected while it waits.
        task = asyncio.current_task()
        under_way.add(task)
        await carry(reader, writer)
        under_way.discard(task)

    listening = socket_in(near, home)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind(("127.0.0.1", int(port)))
    server = await asyncio.start_server(carried, sock=listening, backlog=256)
    await server.serve_forever()


def namespace_of(pid: str) -> int:
    return os.open(f"/proc/{'self' if pid == '0' else pid}/ns/net", os.O_RDONLY)


async def main() -> None:
    await asyncio.gather(*(serve(route) for route in sys.argv[1:]))


if __name__ == "__main__":
    asyncio.run(main())
