"""500 streams in one small process; who does not read is cut off, and nobody else notices."""

import asyncio
import logging
import shutil
import socket
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from statistics import median

import pytest

from tests.harness.api import CALLERS, PROJECT
from tests.harness.listening import Live, live_process
from tests.harness.processes import wait_until

log = logging.getLogger(__name__)  # --log-cli-level=INFO shows what was measured
pytestmark = pytest.mark.slow
MEMBER = CALLERS["member"]
STREAMS = 500
ROUNDS = 5
MOST_ROUNDS = 60  # of a thousand events
MOST_MEMORY = 150  # MiB
MOST_THREADS = 10
Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@pytest.fixture
def live(sqlite_template: Path, tmp_path: Path) -> Iterator[Live]:
    file = shutil.copy(sqlite_template, tmp_path / "cyclades.db")
    with live_process(f"sqlite:///{file}", tmp_path, feed_streams_per_user=STREAMS) as made:
        yield made


def status(live: Live, name: str) -> int:
    lines = Path(f"/proc/{live.pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith(name)).split()[1])


def tickets(live: Live, count: int) -> list[str]:
    with live.app.transaction() as unit:
        return [unit.feed_admission.issue(MEMBER)[0] for _ in range(count)]


async def opened(live: Live, ticket: str) -> Connection:
    reader, writer = await asyncio.open_connection("127.0.0.1", live.port)
    writer.write(f"GET /feed?ticket={ticket} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    await reader.readuntil(b"event: hello")
    return reader, writer


@asynccontextmanager
async def listening(live: Live, those: list[str]) -> AsyncIterator[list[asyncio.StreamReader]]:
    """A stream for each ticket."""
    connections = await asyncio.gather(*(opened(live, one) for one in those))
    yield [reader for reader, _writer in connections]
    for _reader, writer in connections:
        writer.close()
    await asyncio.gather(*(writer.wait_closed() for _reader, writer in connections))


async def heard(reader: asyncio.StreamReader, name: str) -> float:
    """When the reader hears of it; what comes before is passed over."""
    wanted = f'"{name}"'.encode()
    while wanted not in await reader.readline():
        pass
    return time.perf_counter()


async def tell_all(live: Live, everyone: list[asyncio.StreamReader], name: str) -> list[float]:
    """Seconds from the commit of a change to each who hears of it."""
    hearing = asyncio.gather(*(heard(reader, name) for reader in everyone))
    await asyncio.to_thread(live.publish, name, project=PROJECT)
    began = time.perf_counter()
    return sorted(at - began for at in await hearing)


def test_five_hundred_hear_of_a_change(live: Live) -> None:
    before = status(live, "VmRSS") / 1024

    async def story() -> list[list[float]]:
        async with listening(live, tickets(live, STREAMS)) as everyone:
            return [await tell_all(live, everyone, f"s{number}") for number in range(ROUNDS)]

    rounds = asyncio.run(story())
    spreads = [taken[-1] - taken[0] for taken in rounds]
    memory, threads = status(live, "VmRSS") / 1024, status(live, "Threads")
    for name, value in {
        "MiB without streams": before,
        "MiB with 500 streams": memory,
        "threads": threads,
        "ms to hear, median": median(median(taken) for taken in rounds) * 1000,
        "ms to hear, longest": max(taken[-1] for taken in rounds) * 1000,
        "ms from the first to the last who hears, median": median(spreads) * 1000,
    }.items():
        log.info("%s: %.1f", name, value)
    assert all(len(taken) == STREAMS for taken in rounds)
    assert memory < MOST_MEMORY
    assert threads <= MOST_THREADS
    assert median(taken[-1] for taken in rounds) < 1.0


def test_who_does_not_read_is_cut_off(live: Live) -> None:
    """More is told than sockets hold and may wait; twenty others hear all of it."""
    stalled = socket.socket()
    stalled.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    stalled.connect(("127.0.0.1", live.port))
    (ticket, *others) = tickets(live, 21)
    stalled.sendall(f"GET /feed?ticket={ticket} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    assert b"200 OK" in stalled.recv(100)

    def is_cut() -> bool:
        return "a reader of the feed was too slow" in live.installed.log("live").read_text()

    async def story() -> list[float]:
        taken: list[float] = []
        async with listening(live, others) as everyone:
            while not is_cut():
                assert len(taken) < MOST_ROUNDS
                names = [f"{len(taken)}-{each}-{'x' * 200}" for each in range(999)]
                await asyncio.to_thread(live.publish, *names, project=PROJECT)
                taken.append((await tell_all(live, everyone, f"end{len(taken)}"))[-1])
            await tell_all(live, everyone, "after")
        return taken

    log.info("cut after %d thousand events", len(asyncio.run(story())))

    def closed() -> bool:
        try:
            return stalled.recv(1 << 20) == b""
        except ConnectionResetError:
            return True

    wait_until(closed, "the end of the connection")
    stalled.close()
